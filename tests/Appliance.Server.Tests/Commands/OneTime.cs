using System.Text.Json;
using Appliance.Factors;

namespace Appliance.Server.Tests.Commands;

/// <summary>A signer's authenticator application.</summary>
internal static class OneTime
{
    public static string Code(string secret, DateTimeOffset at)
        => Totp.Code(TotpAlgorithm.Sha1, Base32.Decode(secret), Totp.Step(at, 30));

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
