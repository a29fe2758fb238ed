namespace Appliance.Pkcs11.Login;

/// <summary>Content of the file: refused PINs, and logins announced and not settled, by serial number.</summary>
internal sealed record RefusedPinState(List<RefusedPin> Refused, Dictionary<string, int> Unfinished);
