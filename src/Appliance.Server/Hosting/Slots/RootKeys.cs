using Appliance.Pkcs11;
using Appliance.Signing.Keys;
using Appliance.Storage;

namespace Appliance.Server.Hosting.Slots;

/// <summary>Which tokens have a copy of the root key.</summary>
internal static class RootKeys
{
    /// <summary>Whether one of the copies is wrapped for the token. Clones of a token share what is for any.</summary>
    public static bool Serves(IReadOnlyList<RootKeyRow> rows, Token token) => rows.Any(
        row => row.State == (int)RootKeyState.Active
            && string.Equals(row.TokenSerial, token.Info.SerialNumber, StringComparison.Ordinal));
}
