using Appliance.Ledger;
using Appliance.Server.Tests.Timestamps;

namespace Appliance.Server.Tests.Csc.Errors;

/// <summary>signatures/timestamp: each row of csc-api 3.2, in both versions, as text; then our own.</summary>
public sealed class TimestampErrorRowTests(TsaAppliance tsa) : IClassFixture<TsaAppliance>
{
    private const string Hash = RawWire.Hash;
    private const string Sha256 = StampedHash.Sha256;
    private const string MissingHash = "Missing (or invalid type) string parameter hash";

    [Theory]
    [InlineData("v1", "Authorization: Bearer\r\n")]
    [InlineData("v1", "Authorization: Basic dTpw\r\n")]
    [InlineData("v2", "Authorization: Bearer a b\r\n")]
    public async Task Authorization_is_malformed(string version, string header)
        => (await tsa.Appliance.SendTextAsync(Path(version), "{}", header))
            .IsError("invalid_request", "Malformed authorization header");

    [Theory]
    [InlineData("v1", "", "invalid_request", "The request has no Authorization header")]
    [InlineData("v2", "", "invalid_request", "The request has no Authorization header")]
    [InlineData("v1", "Authorization: Bearer x\r\n", "invalid_token", "The access token is not valid")]
    [InlineData("v2", "Authorization: Bearer x\r\n", "invalid_token", "The access token is not valid")]
    public async Task Authorization_is_missing_or_wrong_although_the_unit_is_open(
        string version, string header, string error, string description)
        => (await tsa.Appliance.SendTextAsync(
                Path(version), $$"""{"hash":"{{Hash}}","hashAlgo":"{{Sha256}}"}""", header))
            .IsError(error, description, "HTTP/1.1 401 Unauthorized");

    [Theory]
    [InlineData("{}")]
    [InlineData("{'hash':null,'hashAlgo':'ALGO'}")]
    [InlineData("{'hash':7,'hashAlgo':'ALGO'}")]
    [InlineData("{'hash':{},'hashAlgo':'ALGO'}")]
    [InlineData("{'hash':['HASH'],'hashAlgo':'ALGO'}")]
    [InlineData("{'hashes':['HASH'],'hashAlgorithmOID':'ALGO'}")]
    public Task Hash_is_missing_or_no_string(string body) => IsInvalidAsync(body, MissingHash);

    [Theory]
    [InlineData("{'hash':''}")]
    [InlineData("{'hash':'','hashAlgo':'ALGO','nonce':'x'}")]
    public Task Hash_is_empty(string body) => IsInvalidAsync(body, "Empty hash parameter");

    [Theory]
    [InlineData("{'hash':'AAAA','hashAlgo':'ALGO'}")]
    [InlineData("{'hash':'AAAA','hashAlgo':'ALGO','nonce':'x'}")]
    [InlineData("{'hash':'HASH','hashAlgo':'2.16.840.1.101.3.4.2.2'}")]
    [InlineData("{'hash':'HASH','hashAlgo':'2.16.840.1.101.3.4.2.10'}")]
    public Task Digest_has_the_wrong_length(string body) => IsInvalidAsync(body, "Invalid digest value length");

    [Theory]
    [InlineData("{'hash':'A','hashAlgo':'ALGO'}")]
    [InlineData("{'hash':'A','hashAlgo':'1.2.3','nonce':'x'}")]
    [InlineData("{'hash':'*HASH','hashAlgo':'ALGO'}")]
    public Task Hash_is_no_Base64(string body) => IsInvalidAsync(body, "Invalid Base64 hash string parameter");

    [Theory]
    [InlineData("")]
    [InlineData(",'hashAlgo':''")]
    [InlineData(",'hashAlgo':null")]
    [InlineData(",'hashAlgo':7")]
    [InlineData(",'hashAlgo':['ALGO']")]
    [InlineData(",'hashAlgo':'SHA-256'")]
    [InlineData(",'hashAlgo':'1.3.14.3.2.26'")]
    [InlineData(",'hashAlgo':'2.16.840.1.101.3.4.2.4','nonce':'x'")]
    public Task HashAlgo_is_missing_or_not_accepted(string fields)
        => IsInvalidAsync($"{{'hash':'HASH'{fields}}}", "Invalid parameter hashAlgo");

    [Theory]
    [InlineData("'x'")]
    [InlineData("'0x1f'")]
    [InlineData("'-1'")]
    [InlineData("'1 2'")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("'LONG'")]
    public Task Nonce_is_no_hexadecimal_number(string nonce)
        => IsInvalidAsync(
            $"{{'hash':'HASH','hashAlgo':'ALGO','nonce':{nonce.Replace("LONG", new string('1', 127), Ordinal)},"
                + "'unit':'none'}",
            "Invalid parameter nonce");

    [Theory]
    [InlineData("'unit':'none','policy':'1.2.3'", "Invalid parameter unit")]
    [InlineData("'unit':7", "Invalid parameter unit")]
    [InlineData("'unit':'P256'", "Invalid parameter unit")]
    [InlineData("'policy':'1.2.3','credentialID':'x'", "Invalid parameter policy")]
    [InlineData("'policy':'x'", "Invalid parameter policy")]
    [InlineData("'policy':{}", "Invalid parameter policy")]
    [InlineData("'credentialID':'x'", "Invalid parameter credentialID")]
    [InlineData("'credentialID':7", "Missing (or invalid type) string parameter credentialID")]
    public Task A_field_of_our_own_is_wrong(string fields, string description)
        => IsInvalidAsync($"{{'hash':'HASH','hashAlgo':'ALGO',{fields}}}", description);

    [Theory]
    [InlineData("[]")]
    [InlineData("{'hash'")]
    [InlineData("{'hash':'HASH','hash':'HASH','hashAlgo':'ALGO'}")]
    [InlineData("{'hash':'HASH','hashAlgo':'ALGO'}{}")]
    public Task A_request_is_malformed(string body)
        => IsInvalidAsync(
            body,
            "The request is missing a required parameter, includes an invalid parameter value, includes a parameter "
                + "more than once, or is otherwise malformed.");

    private static StringComparison Ordinal => StringComparison.Ordinal;

    private static string Path(string version) => $"/csc/{version}/signatures/timestamp";

    /// <summary>In both versions; on record, and without a signature.</summary>
    private async Task IsInvalidAsync(string body, string description)
    {
        var appliance = tsa.Appliance;
        var text = body.Replace('\'', '"').Replace("HASH", Hash, Ordinal).Replace("ALGO", Sha256, Ordinal);
        foreach (var version in new[] { "v1", "v2" })
        {
            var intents = appliance.Audit(AuditEvent.TimestampIntent).Count;
            var refusals = appliance.Audit(AuditEvent.RequestRefused, 1_000).Count;
            (await appliance.PostAsync(Path(version), text, appliance.Ioana)).IsError("invalid_request", description);
            Assert.Equal(intents, appliance.Audit(AuditEvent.TimestampIntent).Count);
            Assert.Equal(refusals + 1, appliance.Audit(AuditEvent.RequestRefused, 1_000).Count);
        }
    }
}
