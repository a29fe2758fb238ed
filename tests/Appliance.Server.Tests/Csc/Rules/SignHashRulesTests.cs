using Appliance.Server.Csc;

namespace Appliance.Server.Tests.Csc.Rules;

/// <summary>
/// The rows of csc-api section 3.2 that the wire finds, and what section 5.10 says clients get wrong.
/// </summary>
public sealed class SignHashRulesTests
{
    private const string Hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    private const string Start = "{'credentialID':'ID!','SAD':'s',";

    [Theory]
    [InlineData(1, "{}", "Missing (or invalid type) string parameter SAD")]
    [InlineData(2, "{}", "Missing (or invalid type) string parameter SAD")]
    [InlineData(1, "{'SAD':''}", "Missing (or invalid type) string parameter SAD")]
    [InlineData(1, "{'SAD':null}", "Missing (or invalid type) string parameter SAD")]
    [InlineData(1, "{'SAD':17}", "Missing (or invalid type) string parameter SAD")]
    [InlineData(1, "{'SAD':{'a':[1,{}]}}", "Missing (or invalid type) string parameter SAD")]
    [InlineData(1, "{'SAD':'s'}", "Missing (or invalid type) string parameter credentialID")]
    [InlineData(2, "{'SAD':'s','credentialID':[]}", "Missing (or invalid type) string parameter credentialID")]
    [InlineData(1, "{'SAD':'s','credentialID':'\\ud800'}", "Missing (or invalid type) string parameter credentialID")]
    [InlineData(1, "{'SAD':'s','credentialID':'nobody'}", "Invalid parameter credentialID")]
    [InlineData(1, Start + "'x':1}", "Missing (or invalid type) array parameter hash")]
    [InlineData(2, Start + "'x':1}", "Missing (or invalid type) array parameter hash")]
    [InlineData(1, Start + "'hash':17}", "Missing (or invalid type) array parameter hash")]
    [InlineData(2, Start + "'hashes':{'a':'b'}}", "Missing (or invalid type) array parameter hash")]
    [InlineData(1, Start + "'hash':[]}", "Empty hash array")]
    [InlineData(2, Start + "'hashes':[]}", "Empty hash array")]
    [InlineData(1, Start + "'hash':['*']}", "Invalid Base64 hash string parameter")]
    [InlineData(1, Start + "'hash':['']}", "Invalid Base64 hash string parameter")]
    [InlineData(1, Start + "'hash':['AAAA',null]}", "Invalid Base64 hash string parameter")]
    [InlineData(2, Start + "'hashes':[7]}", "Invalid Base64 hash string parameter")]
    [InlineData(2, Start + "'hashes':[{'a':[]},'AAAA']}", "Invalid Base64 hash string parameter")]
    [InlineData(1, Start + "'hash':['AAAA']}", "Missing (or invalid type) string parameter signAlgo")]
    [InlineData(1, Start + "'hash':['AAAA'],'signAlgo':1}", "Missing (or invalid type) string parameter signAlgo")]
    [InlineData(
        1,
        Start + "'hash':['AAAA'],'signAlgo':'1.2','signAlgoParams':1}",
        "Missing (or invalid type) string parameter signAlgoParams")]
    [InlineData(
        1, Start + "'hash':['AAAA'],'signAlgo':'1.2','signAlgoParams':'*'}", "Invalid parameter signAlgoParams")]
    [InlineData(
        1,
        Start + "'hash':['AAAA'],'signAlgo':'1.2','hashAlgo':true}",
        "Missing (or invalid type) string parameter hashAlgo")]
    [InlineData(
        2,
        Start + "'hashes':['AAAA'],'signAlgo':'1.2','hashAlgorithmOID':true}",
        "Missing (or invalid type) string parameter hashAlgorithmOID")]
    [InlineData(1, Start + "'hash':['AAAA'],'signAlgo':'1.2','clientData':1}", "Invalid parameter clientData")]
    [InlineData(
        2, Start + "'hashes':['AAAA'],'signAlgo':'1.2','operationMode':'A'}", "Invalid parameter operationMode")]
    [InlineData(2, Start + "'hashes':['AAAA'],'signAlgo':'1.2','operationMode':1}", "Invalid parameter operationMode")]
    [InlineData(
        2, Start + "'hashes':['AAAA'],'signAlgo':'1.2','validity_period':'x'}", "Invalid parameter validity_period")]
    [InlineData(2, Start + "'hashes':['AAAA'],'signAlgo':'1.2','response_uri':1}", "Invalid parameter response_uri")]
    public void A_wrong_parameter_gets_the_error_of_the_table(int version, string json, string description)
    {
        var (error, request) = Inputs.SignHash(Inputs.Version(version), Inputs.Json(json));

        Assert.Null(request);
        Assert.Equal("invalid_request", error!.Error);
        Assert.Equal(400, (int)error.HttpStatus);
        Assert.Equal(description, error.Description);
    }

    [Fact]
    public void A_SAD_beyond_any_length_of_ours_is_invalid()
    {
        var json = Inputs.Json($"{{'credentialID':'ID!','SAD':'{new string('s', 1_025)}'}}");

        Assert.Equal("Invalid parameter SAD", Inputs.SignHash(CscVersion.V1, json).Error!.Description);
    }

    [Theory]
    [InlineData(1, "'hash':['H!'],'hashAlgo':'2.16.840.1.101.3.4.2.1'")]
    [InlineData(2, "'hashes':['H!'],'hashAlgorithmOID':'2.16.840.1.101.3.4.2.1'")]
    [InlineData(1, "'hashes':['H!'],'hashAlgorithmOID':'2.16.840.1.101.3.4.2.1'")]
    [InlineData(2, "'hash':['H!'],'hashAlgo':'2.16.840.1.101.3.4.2.1'")]
    [InlineData(1, "'hash':'H!','hashAlgo':'2.16.840.1.101.3.4.2.1'")]
    [InlineData(1, "'hash':'[H!]','hashAlgo':'2.16.840.1.101.3.4.2.1','hashes':null")]
    [InlineData(2, "'hashes':'[\\'H!\\']','hash':null,'hashAlgo':'','hashAlgorithmOID':'2.16.840.1.101.3.4.2.1'")]
    [InlineData(2, "'hashes':['47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'],'hashAlgo':'2.16.840.1.101.3.4.2.1'")]
    [InlineData(
        2, "'hashes':['47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D'],'hashAlgo':'2.16.840.1.101.3.4.2.1'")]
    [InlineData(
        2,
        "'hashes':['47DEQpj8HBSa\\u002B\\/TImW\\u002b5JCeuQeRkm5NMpJWZG3hSuFU='],'hashAlgo':'2.16.840.1.101.3.4.2.1'")]
    public void What_sloppy_clients_send_means_the_same(int version, string members)
    {
        var json = Start + members.Replace("H!", Hash, StringComparison.Ordinal) + ",'signAlgo':'1.2.3'}";
        var (error, request) = Inputs.SignHash(
            Inputs.Version(version), Inputs.Json(json.Replace("\\'", "\\\"", StringComparison.Ordinal)));

        Assert.Null(error);
        Assert.Equal(Convert.FromBase64String(Hash), Assert.Single(request!.Hashes));
        Assert.Equal("2.16.840.1.101.3.4.2.1", request.HashAlgorithm);
        Assert.Equal("1.2.3", request.SignatureAlgorithm);
        Assert.Equal(Guid.Parse(Inputs.CredentialId), request.CredentialId);
        Assert.Equal("s", request.Sad);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("''")]
    [InlineData("'BQA='")]
    public void Parameters_that_say_nothing_are_absent(string parameters)
    {
        var json = Start + "'hash':['AAAA'],'signAlgo':'1.2.3','signAlgoParams':" + parameters + "}";

        Assert.Null(Inputs.SignHash(CscVersion.V1, Inputs.Json(json)).Request!.SignatureParameters);
    }

    [Fact]
    public void Unknown_members_and_explicit_nulls_are_nothing()
    {
        var json = Start + "'hashes':['AAAA'],'signAlgo':'1.2.3','signAlgoParams':null,'operationMode':'S',"
            + "'validity_period':null,'response_uri':null,'clientData':null,'sign_algo_params':[1],'auth_info':{}}";

        Assert.Null(Inputs.SignHash(CscVersion.V2, Inputs.Json(json)).Error);
    }

    [Fact]
    public void The_order_of_the_hashes_and_duplicates_stay()
    {
        var json = Start + "'hash':['AQID','AAAA','AQID'],'signAlgo':'1.2.3'}";

        var hashes = Inputs.SignHash(CscVersion.V1, Inputs.Json(json)).Request!.Hashes;
        Assert.Equal([[1, 2, 3], [0, 0, 0], [1, 2, 3]], hashes);
    }

    [Fact]
    public void Ten_thousand_hashes_fit_and_one_more_does_not()
    {
        var many = string.Join(',', Enumerable.Repeat("'" + Hash + "'", 10_000));
        var json = Start + "'signAlgo':'1.2.3','hash':[" + many;

        Assert.Equal(10_000, Inputs.SignHash(CscVersion.V1, Inputs.Json(json + "]}")).Request!.Hashes.Count);
        Assert.Equal(CscErrors.TooManyHashes, Inputs.SignHash(CscVersion.V1, Inputs.Json(json + ",'AAAA']}")).Error);
    }
}
