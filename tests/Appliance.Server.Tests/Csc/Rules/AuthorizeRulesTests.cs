using Appliance.Server.Csc;

namespace Appliance.Server.Tests.Csc.Rules;

public sealed class AuthorizeRulesTests
{
    private const string Start = "{'credentialID':'ID!',";

    [Theory]
    [InlineData(1, "{}", "Missing (or invalid type) string parameter credentialID")]
    [InlineData(2, "{'credentialID':17}", "Missing (or invalid type) string parameter credentialID")]
    [InlineData(1, "{'credentialID':'x'}", "Invalid parameter credentialID")]
    [InlineData(1, Start + "'x':1}", "Missing (or invalid type) integer parameter numSignatures")]
    [InlineData(1, Start + "'numSignatures':'many'}", "Missing (or invalid type) integer parameter numSignatures")]
    [InlineData(1, Start + "'numSignatures':1.5}", "Missing (or invalid type) integer parameter numSignatures")]
    [InlineData(2, Start + "'numSignatures':true}", "Missing (or invalid type) integer parameter numSignatures")]
    [InlineData(2, Start + "'numSignatures':[1]}", "Missing (or invalid type) integer parameter numSignatures")]
    [InlineData(1, Start + "'numSignatures':0}", "Invalid value for parameter numSignatures")]
    [InlineData(1, Start + "'numSignatures':-1e300}", "Invalid value for parameter numSignatures")]
    [InlineData(1, Start + "'numSignatures':1,'hash':17}", "Missing (or invalid type) array parameter hash")]
    [InlineData(2, Start + "'numSignatures':1,'hashes':17}", "Missing (or invalid type) array parameter hashes")]
    [InlineData(2, Start + "'numSignatures':1,'hashes':['*']}", "Invalid Base64 hash string parameter")]
    [InlineData(
        2,
        Start + "'numSignatures':1,'hashAlgorithmOID':1}",
        "Missing (or invalid type) string parameter hashAlgorithmOID")]
    [InlineData(1, Start + "'numSignatures':1,'OTP':123456}", "Missing (or invalid type) string parameter OTP")]
    [InlineData(2, Start + "'numSignatures':1,'authData':'x'}", "Missing (or invalid type) array parameter authData")]
    [InlineData(
        2,
        Start + "'numSignatures':1,'authData':[{'value':'1'}]}",
        "Missing (or invalid type) array parameter authData")]
    [InlineData(
        2,
        Start + "'numSignatures':1,'authData':[{'id':'OTP','value':[1]}]}",
        "Missing (or invalid type) array parameter authData")]
    public void A_wrong_parameter_gets_the_error_of_the_table(int version, string json, string description)
    {
        var (error, request) = Inputs.Authorize(Inputs.Version(version), Inputs.Json(json));

        Assert.Null(request);
        Assert.Equal("invalid_request", error!.Error);
        Assert.Equal(description, error.Description);
    }

    [Theory]
    [InlineData("3", 3)]
    [InlineData("'3'", 3)]
    [InlineData("3.0", 3)]
    [InlineData("' 3 '", 3)]
    [InlineData("99999999999999999999", int.MaxValue)]
    [InlineData("1e400", int.MaxValue)]
    public void Counts_come_as_numbers_or_as_text(string count, int expected)
    {
        var json = Inputs.Json(Start + "'numSignatures':" + count + "}");

        Assert.Equal(expected, Inputs.Authorize(CscVersion.V1, json).Request!.SignatureCount);
    }

    [Theory]
    [InlineData(1, "'OTP':'123456'", "123456")]
    [InlineData(1, "'OTP':'123456','PIN':'0000'", "123456")]
    [InlineData(2, "'authData':[{'id':'OTP','value':'123456'}]", "123456")]
    [InlineData(2, "'authData':{'id':'OTP','value':'123456'}", "123456")]
    [InlineData(2, "'authData':[{'id':'PIN','value':'0000'},{'id':'otp','value':'123456','x':{}}]", "123456")]
    [InlineData(2, "'OTP':'123456'", "123456")]
    [InlineData(2, "'authData':[]", null)]
    [InlineData(2, "'authData':null", null)]
    [InlineData(1, "'PIN':'123456'", null)]
    public void The_code_is_found_where_each_version_puts_it(int version, string members, string? code)
    {
        var json = Start + "'numSignatures':1," + members + "}";

        var request = Inputs.Authorize(Inputs.Version(version), Inputs.Json(json)).Request!;
        Assert.Equal(code, request.Factors.OneTimePassword);
    }

    [Theory]
    [InlineData(1, "'PIN':'0000'", "0000")]
    [InlineData(1, "'authData':[{'id':'PIN','value':'0000'}]", "0000")]
    [InlineData(2, "'authData':[{'id':'PIN','value':'0000'},{'id':'APPROVAL'}]", "0000")]
    [InlineData(2, "'authData':[{'id':'APPROVAL'}]", null)]
    public void The_PIN_is_found_where_each_version_puts_it(int version, string members, string? pin)
    {
        var json = Start + "'numSignatures':1," + members + "}";

        Assert.Equal(pin, Inputs.Authorize(Inputs.Version(version), Inputs.Json(json)).Request!.Factors.Pin);
    }

    [Theory]
    [InlineData("[{'id':'OTP','value':'1'},{'id':'OTP','value':'2'}]")]
    [InlineData("[{'id':'OTP','value':'1'},{'id':'otp'}]")]
    [InlineData("[{'id':'OTP2','value':'1'}]")]
    public void Proofs_under_unknown_ids_or_twice_are_refused_untried(string data)
        => Assert.Equal(
            "invalid_authentication_data",
            Inputs.Authorize(CscVersion.V2, Inputs.Json(Start + "'numSignatures':1,'authData':" + data + "}"))
                .Error!.Error);

    [Fact]
    public void What_the_signer_is_shown_is_plain_text_and_bounded()
    {
        var json = Start + "'numSignatures':1,'description':'a\\u202eb\\u0007c\\nd'}";
        Assert.Equal("a b c\nd", Inputs.Authorize(CscVersion.V2, Inputs.Json(json)).Request!.Description);
        var longer = Start + $"'numSignatures':1,'description':'{new string('x', 501)}'}}";
        Assert.Equal(
            "Invalid parameter description",
            Inputs.Authorize(CscVersion.V2, Inputs.Json(longer)).Error!.Description);
    }

    [Theory]
    [InlineData("'hashes':[],'hashAlgorithmOID':''")]
    [InlineData("'hashes':'','hashAlgorithmOID':null")]
    [InlineData("'description':'x'")]
    public void Empty_is_absent(string members)
    {
        var json = Inputs.Json(Start + "'numSignatures':2," + members + "}");
        var request = Inputs.Authorize(CscVersion.V2, json).Request!;

        Assert.Empty(request.Hashes);
        Assert.Null(request.HashAlgorithm);
    }

    [Theory]
    [InlineData(1, "{}", "Missing (or invalid type) string parameter credentialID")]
    [InlineData(1, Start + "'SAD':[]}", "Missing (or invalid type) string parameter SAD")]
    [InlineData(2, Start + "'SAD':'s','hashes':5}", "Missing (or invalid type) array parameter hashes")]
    [InlineData(1, Start + "'SAD':'s','hash':['*']}", "Invalid Base64 hash string parameter")]
    public void Extension_speaks_of_the_same_parameters(int version, string json, string description)
        => Assert.Equal(
            description, Inputs.Extend(Inputs.Version(version), Inputs.Json(json)).Error!.Description);

    [Fact]
    public void Extension_takes_a_bracketed_hash_as_Laverca_documents_it()
        => Assert.Equal(
            [[1, 2, 3]],
            Inputs.Extend(CscVersion.V1, Inputs.Json(Start + "'SAD':'s','hash':'[AQID]'}")).Request!.Hashes);
}
