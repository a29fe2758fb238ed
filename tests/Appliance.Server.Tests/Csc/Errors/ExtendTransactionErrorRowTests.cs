using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Csc.Errors;

/// <summary>credentials/extendTransaction: each row of csc-api 3.2, in both versions, as text.</summary>
public sealed class ExtendTransactionErrorRowTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Authorization_is_malformed(string version)
        => (await appliance.SendTextAsync(Path(version), "{}", "Authorization: Bearer\r\n"))
            .IsError("invalid_request", "Malformed authorization header");

    [Theory]
    [InlineData("v1", "{}")]
    [InlineData("v2", "{'credentialID':7,'SAD':'x'}")]
    public Task CredentialID_is_missing(string version, string body)
        => IsInvalidAsync(version, body, "Missing (or invalid type) string parameter credentialID");

    [Theory]
    [InlineData("v1", "x")]
    [InlineData("v1", "OTHERS!")]
    [InlineData("v2", "x")]
    [InlineData("v2", "OTHERS!")]
    public Task CredentialID_is_invalid(string version, string id)
        => IsInvalidAsync(version, $"{{'credentialID':'{id}','SAD':'x'}}", "Invalid parameter credentialID");

    [Theory]
    [InlineData("v1", "{'credentialID':'OWN!'}")]
    [InlineData("v2", "{'credentialID':'OWN!','SAD':{}}")]
    public Task SAD_is_missing(string version, string body)
        => IsInvalidAsync(version, body, "Missing (or invalid type) string parameter SAD");

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task SAD_is_invalid(string version)
    {
        await IsInvalidAsync(version, "{'credentialID':'OWN!','SAD':'x'}", "Invalid parameter SAD");
        var sad = await SadAsync();
        var forged = (sad[0] == 'A' ? 'B' : 'A') + sad[1..];
        await IsInvalidAsync(version, $"{{'credentialID':'OWN!','SAD':'{forged}'}}", "Invalid parameter SAD");
        await IsInvalidAsync(
            version,
            $"{{'credentialID':'{appliance.Ioana.Credentials[0]}','SAD':'{sad}'}}",
            "Invalid parameter SAD");
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task SAD_is_expired(string version)
    {
        var sad = await SadAsync();
        appliance.Time.Advance(TimeSpan.FromHours(1));
        await IsInvalidAsync(version, $"{{'credentialID':'OWN!','SAD':'{sad}'}}", "SAD expired");
    }

    [Theory]
    [InlineData("v1", "hash")]
    [InlineData("v2", "hashes")]
    public async Task Hashes_are_no_array(string version, string name)
        => await IsInvalidAsync(
            version,
            $"{{'credentialID':'OWN!','SAD':'{await SadAsync()}','{name}':7}}",
            $"Missing (or invalid type) array parameter {name}");

    [Theory]
    [InlineData("v1", "hash")]
    [InlineData("v2", "hashes")]
    public async Task Hash_is_no_Base64(string version, string name)
        => await IsInvalidAsync(
            version,
            $"{{'credentialID':'OWN!','SAD':'{await SadAsync()}','{name}':['A']}}",
            "Invalid Base64 hash string parameter");

    [Theory]
    [InlineData("v1", "hash")]
    [InlineData("v2", "hashes")]
    public async Task Digest_has_the_wrong_length(string version, string name)
        => await IsInvalidAsync(
            version,
            $"{{'credentialID':'OWN!','SAD':'{await SadAsync()}','{name}':['AAAA']}}",
            "Invalid digest value length");

    private static string Path(string version) => $"/csc/{version}/credentials/extendTransaction";

    private Task<string> SadAsync()
        => appliance.AuthorizeAsync(appliance.Ioana, 1, 2, Convert.FromBase64String(RawWire.Hash));

    private async Task IsInvalidAsync(string version, string body, string description)
    {
        var text = body.Replace('\'', '"')
            .Replace("OWN!", appliance.Ioana.Credentials[1], StringComparison.Ordinal)
            .Replace("OTHERS!", appliance.Mihai.Credentials[1], StringComparison.Ordinal);
        (await appliance.PostAsync(Path(version), text, appliance.Ioana)).IsError("invalid_request", description);
    }
}
