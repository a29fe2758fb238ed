using Appliance.Server.Tests.Hosting;
using Appliance.Storage;

namespace Appliance.Server.Tests.Csc.Errors;

/// <summary>credentials/authorize: each row of csc-api 3.2, in both versions, as text.</summary>
public sealed class AuthorizeErrorRowTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const string Malformed = "HTTP/1.1 400 Bad Request";
    private const string Unauthorized = "HTTP/1.1 401 Unauthorized";

    [Theory]
    [InlineData("v1", "Basic dTpw")]
    [InlineData("v1", "Bearer")]
    [InlineData("v2", "Basic dTpw")]
    [InlineData("v2", "Bearer a b")]
    public async Task Authorization_is_malformed(string version, string header)
        => (await appliance.SendTextAsync(Path(version), "{}", $"Authorization: {header}\r\n"))
            .IsError("invalid_request", "Malformed authorization header", Malformed);

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Authorization_is_missing(string version)
        => (await appliance.SendTextAsync(Path(version), "{}", ""))
            .IsError("invalid_request", "The request has no Authorization header", Unauthorized);

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Access_token_is_unknown(string version)
        => (await appliance.SendTextAsync(Path(version), "{}", $"Authorization: Bearer {new string('A', 43)}\r\n"))
            .IsError("invalid_token", "The access token is not valid", Unauthorized);

    [Theory]
    [InlineData("v1", "{}")]
    [InlineData("v1", "{'credentialID':7}")]
    [InlineData("v1", "{'credentialID':null}")]
    [InlineData("v2", "{}")]
    [InlineData("v2", "{'credentialID':['OWN!']}")]
    public Task CredentialID_is_missing(string version, string body)
        => IsInvalidAsync(version, body, "Missing (or invalid type) string parameter credentialID");

    [Theory]
    [InlineData("v1", "nobody's")]
    [InlineData("v1", "OTHERS!")]
    [InlineData("v2", "nobody's")]
    [InlineData("v2", "OTHERS!")]
    public Task CredentialID_is_invalid(string version, string id)
        => IsInvalidAsync(
            version,
            $"{{'credentialID':'{id.Replace('\'', ' ')}','numSignatures':1,'hash':['{RawWire.Hash}'],'OTP':'1'}}",
            "Invalid parameter credentialID");

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Key_is_disabled(string version)
    {
        var id = Guid.Parse(appliance.Ioana.Credentials[0]);
        await appliance.ChangeAsync(connection => connection.Credentials.SetState(id, CredentialState.Suspended));
        var before = await appliance.CountersAsync(appliance.Ioana);

        await IsInvalidAsync(
            version, Whole(version, "000000", 0), "The credential identified by credentialID is disabled");

        Assert.Equal(before, await appliance.CountersAsync(appliance.Ioana));
        await appliance.ChangeAsync(connection => connection.Credentials.SetState(id, CredentialState.Enabled));
    }

    [Theory]
    [InlineData("v1", "{'credentialID':'OWN!'}")]
    [InlineData("v1", "{'credentialID':'OWN!','numSignatures':'one'}")]
    [InlineData("v1", "{'credentialID':'OWN!','numSignatures':1.5}")]
    [InlineData("v2", "{'credentialID':'OWN!'}")]
    [InlineData("v2", "{'credentialID':'OWN!','numSignatures':[1]}")]
    public Task NumSignatures_is_missing_or_no_integer(string version, string body)
        => IsInvalidAsync(version, body, "Missing (or invalid type) integer parameter numSignatures");

    [Theory]
    [InlineData("v1", 0)]
    [InlineData("v1", -1)]
    [InlineData("v2", 0)]
    [InlineData("v2", -9223372036854775808)]
    public Task NumSignatures_is_below_1(string version, long count)
        => IsInvalidAsync(
            version,
            $"{{'credentialID':'OWN!','numSignatures':{count},'hash':['{RawWire.Hash}']}}",
            "Invalid value for parameter numSignatures");

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public Task NumSignatures_is_above_multisign(string version)
        => IsInvalidAsync(
            version,
            $"{{'credentialID':'OWN!','numSignatures':101,'hash':['{RawWire.Hash}'],'OTP':'1'}}",
            "Numbers of signatures is too high");

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public Task NumSignatures_is_below_the_number_of_hashes(string version)
        => IsInvalidAsync(
            version,
            $"{{'credentialID':'OWN!','numSignatures':1,'hash':['{RawWire.Hash}','{RawWire.Hash}'],'OTP':'1'}}",
            "Invalid value for parameter numSignatures");

    [Theory]
    [InlineData("v1", "hash")]
    [InlineData("v2", "hashes")]
    public Task Hashes_are_missing_at_SCAL2(string version, string name)
        => IsInvalidAsync(
            version,
            "{'credentialID':'OWN!','numSignatures':1,'OTP':'1'}",
            $"Missing (or invalid type) array parameter {name}");

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task OTP_is_wrong(string version)
    {
        var answer = await PostAsync(version, Whole(version, "000000"));
        answer.IsError(
            version == "v1" ? "invalid_otp" : "invalid_authentication_data",
            version == "v1" ? "The OTP is invalid" : "The authentication data is invalid");

        // So that the tests of this class together lock nobody: a right code counts from 0 again.
        await PostAsync(version, Whole(version, appliance.FreshCode(appliance.Ioana)));
    }

    [Theory]
    [InlineData("v1", "Missing (or invalid type) string parameter OTP")]
    [InlineData("v2", "Missing (or invalid type) array parameter authData")]
    public Task OTP_is_missing(string version, string description)
        => IsInvalidAsync(
            version, $"{{'credentialID':'OWN!','numSignatures':1,'hash':['{RawWire.Hash}']}}", description);

    [Theory]
    [InlineData("v1", "OTP locked")]
    [InlineData("v2", "Credential locked")]
    public async Task OTP_is_locked(string version, string description)
    {
        await appliance.LockAsync(appliance.Mihai);
        var code = appliance.FreshCode(appliance.Mihai);
        var answer = await appliance.PostAsync(
            Path(version), Text(Whole(version, code), appliance.Mihai), appliance.Mihai);
        answer.IsError("invalid_request", description);
    }

    [Theory]
    [InlineData("v1", "Signing certificate 'O=,CN=Ioana Pop' is expired.")]
    [InlineData("v2", "Signing certificate is expired")]
    public async Task Certificate_is_expired(string version, string description)
    {
        var id = Guid.Parse(appliance.Ioana.Credentials[0]);
        var now = appliance.Time.GetUtcNow().ToUnixTimeMilliseconds();
        CredentialRow row = null!;
        await appliance.ChangeAsync(connection =>
        {
            row = connection.Credentials.Find(id)!;
            connection.Credentials.SetCertificates(id, row.Certificates, row.NotBefore, now - 1);
        });
        var before = await appliance.CountersAsync(appliance.Ioana);

        // Another node changed it: what is remembered here is found to be old in the transaction, before the factor.
        await IsInvalidAsync(version, Whole(version, "000000", 0), description);

        Assert.Equal(before, await appliance.CountersAsync(appliance.Ioana));
        await appliance.ChangeAsync(connection =>
            connection.Credentials.SetCertificates(id, row.Certificates, row.NotBefore, row.NotAfter));
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Signer_is_limited(string version)
    {
        await appliance.ChangeAsync(connection =>
            connection.Signers.SetState(appliance.Ioana.Id, SignerState.Limited));
        var (counters, tally) = (await appliance.CountersAsync(appliance.Ioana), appliance.Tally());

        await IsInvalidAsync(
            version, Whole(version, "000000"), "The credential identified by credentialID is disabled");

        Assert.Equal((counters, tally), (await appliance.CountersAsync(appliance.Ioana), appliance.Tally()));
        await appliance.ChangeAsync(connection =>
            connection.Signers.SetState(appliance.Ioana.Id, SignerState.Active));
    }

    private static string Path(string version) => $"/csc/{version}/credentials/authorize";

    /// <summary>All that is needed, with this code.</summary>
    private static string Whole(string version, string code, int credential = 1)
    {
        var id = credential == 1 ? "OWN!" : "FIRST!";
        return version == "v1"
            ? $"{{'credentialID':'{id}','numSignatures':1,'hash':['{RawWire.Hash}'],'OTP':'{code}'}}"
            : $"{{'credentialID':'{id}','numSignatures':1,'hashes':['{RawWire.Hash}'],"
                + "'hashAlgorithmOID':'2.16.840.1.101.3.4.2.1',"
                + $"'authData':[{{'id':'OTP','value':'{code}'}}]}}";
    }

    private string Text(string body, TestSigner? own = null) => body.Replace('\'', '"')
        .Replace("OWN!", (own ?? appliance.Ioana).Credentials[1], StringComparison.Ordinal)
        .Replace("FIRST!", (own ?? appliance.Ioana).Credentials[0], StringComparison.Ordinal)
        .Replace("OTHERS!", appliance.Mihai.Credentials[1], StringComparison.Ordinal);

    private Task<RawReply> PostAsync(string version, string body)
        => appliance.PostAsync(Path(version), Text(body), appliance.Ioana);

    private async Task IsInvalidAsync(string version, string body, string description)
        => (await PostAsync(version, body)).IsError("invalid_request", description);
}
