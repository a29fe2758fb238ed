using System.Text;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Rest;
using Appliance.Server.Csc.Rules;
using Appliance.Server.Csc.Views;

namespace Appliance.Server.Tests.Csc.Views;

/// <summary>Raw text: the names are pinned one by one, whatever a naming policy would make of them.</summary>
public sealed class CredentialViewTests
{
    private const string Key =
        "\"key\":{\"status\":\"enabled\",\"algo\":[\"1.2.840.10045.4.3.2\",\"1.2.840.10045.2.1\"],"
        + "\"len\":256,\"curve\":\"1.2.840.10045.3.1.7\"},";

    private const string Names = "\"issuerDN\":\"CN=Demo CA,C=RO\",";
    private const string Subject = "\"subjectDN\":\"CN=Pop\\\\, Ioana,O=Acme\\\\, Inc.,C=RO\"";

    [Fact]
    public void Version_1_with_everything()
    {
        var info = Samples.WithCertificate(out var leaf, out var issuer);
        var json = Encode(CredentialView.Version1(info, new(CertificateSelection.Chain, true, true), "en-US"));

        Assert.Equal(
            "{\"description\":\"payslips\"," + Key + "\"cert\":{\"status\":\"valid\",\"certificates\":[\""
                + Convert.ToBase64String(leaf) + "\",\"" + Convert.ToBase64String(issuer) + "\"]," + Names
                + "\"serialNumber\":\"5AAC41\"," + Subject
                + ",\"validFrom\":\"20260102030405Z\",\"validTo\":\"20270102030405Z\"},"
                + "\"authMode\":\"explicit\",\"SCAL\":\"2\",\"PIN\":{\"presence\":\"false\"},"
                + "\"OTP\":{\"presence\":\"true\",\"type\":\"offline\",\"format\":\"N\","
                + "\"label\":\"Code from your authenticator app\",\"ID\":\"OTP\",\"provider\":\"totp\"},"
                + "\"multisign\":10000,\"lang\":\"en-US\"}",
            json);
    }

    [Fact]
    public void Version_1_with_nothing_asked_for()
    {
        var info = Samples.WithCertificate(out _, out _);
        var json = Encode(CredentialView.Version1(info, new(CertificateSelection.None, false, false), "en-US"));

        Assert.Equal(
            "{\"description\":\"payslips\"," + Key + "\"cert\":{\"status\":\"valid\"," + Names + Subject + "},"
                + "\"authMode\":\"explicit\",\"SCAL\":\"2\",\"multisign\":10000,\"lang\":\"en-US\"}",
            json);
    }

    [Fact]
    public void Version_2_with_everything()
    {
        var info = Samples.WithCertificate(out var leaf, out _);
        var json = Encode(
            CredentialView.Version2(info, new(CertificateSelection.Single, true, true), "en-US", named: true));

        Assert.Equal(
            "{\"credentialID\":\"0199d2f0-0000-7000-8000-000000000007\",\"description\":\"payslips\"," + Key
                + "\"cert\":{\"status\":\"valid\",\"certificates\":[\"" + Convert.ToBase64String(leaf) + "\"]," + Names
                + "\"serialNumber\":\"5AAC41\"," + Subject
                + ",\"validFrom\":\"20260102030405Z\",\"validTo\":\"20270102030405Z\"},"
                + "\"auth\":{\"mode\":\"explicit\",\"expression\":\"OTP\",\"objects\":[{\"type\":\"Password\","
                + "\"id\":\"OTP\",\"format\":\"N\",\"label\":\"Code from your authenticator app\","
                + "\"generator\":\"totp\"}]},\"SCAL\":\"2\",\"multisign\":10000,\"lang\":\"en-US\"}",
            json);
    }

    [Fact]
    public void Version_2_always_has_the_mode_and_the_member_objects()
    {
        var info = Samples.WithCertificate(out _, out _);
        var json = Encode(
            CredentialView.Version2(info, new(CertificateSelection.None, false, false), "en-US", named: false));

        Assert.Contains("\"auth\":{\"mode\":\"explicit\",\"objects\":null}", json, StringComparison.Ordinal);
        Assert.DoesNotContain("credentialID", json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_credential_that_waits_for_its_certificate_has_an_empty_one()
    {
        var json = Encode(CredentialView.Version2(
            Samples.WithoutCertificate(3), new(CertificateSelection.Chain, true, true), "en-US", named: false));

        Assert.Contains("\"status\":\"disabled\"", json, StringComparison.Ordinal);
        Assert.Contains(
            "\"cert\":{\"certificates\":[],\"issuerDN\":\"\",\"subjectDN\":\"\"}", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_name_what_they_hold()
    {
        var list = new CredentialList([Samples.WithoutCertificate(1)], OnlyValid: true);

        Assert.Equal(
            "{\"credentialIDs\":[\"0199d2f0-0000-7000-8000-000000000001\"],\"onlyValid\":true}",
            Encoding.UTF8.GetString(JsonReply.Encode(
                CredentialView.ListVersion2(list, "en-US"), AnswerJson.Default.ListAnswerV2)));
        Assert.Equal(
            "{\"credentialIDs\":[]}",
            Encoding.UTF8.GetString(JsonReply.Encode(new ListAnswerV1([], null), AnswerJson.Default.ListAnswerV1)));
    }

    [Fact]
    public void Only_an_enabled_key_with_a_valid_certificate_can_sign()
    {
        Assert.True(CredentialView.CanSign(Samples.WithCertificate(out _, out _)));
        Assert.False(CredentialView.CanSign(Samples.WithoutCertificate(1)));
    }

    [Fact]
    public void Short_answers_are_spelt_as_the_standard_spells_them()
    {
        Assert.Equal(
            "{\"SAD\":\"s\",\"expiresIn\":3600}",
            Encoding.UTF8.GetString(JsonReply.Encode(
                new AuthorizeAnswer("s", 3600), AnswerJson.Default.AuthorizeAnswer)));
        Assert.Equal(
            "{\"signatures\":[\"+/++\",\"AAAA\"]}",
            Encoding.UTF8.GetString(JsonReply.Encode(
                new SignHashAnswer([[0xFB, 0xFF, 0xBE], [0, 0, 0]]), AnswerJson.Default.SignHashAnswer)));
        Assert.Equal(
            "{\"access_token\":\"a\",\"expires_in\":3600}",
            Encoding.UTF8.GetString(JsonReply.Encode(
                new LoginAnswer("a", null, 3600), AnswerJson.Default.LoginAnswer)));
        Assert.Equal(
            "{\"error\":\"e\",\"error_description\":\"d\"}",
            Encoding.UTF8.GetString(JsonReply.Encode(new ErrorAnswer("e", "d"), AnswerJson.Default.ErrorAnswer)));
    }

    private static string Encode(CredentialAnswerV1 answer)
        => Encoding.UTF8.GetString(JsonReply.Encode(answer, AnswerJson.Default.CredentialAnswerV1));

    private static string Encode(CredentialAnswerV2 answer)
        => Encoding.UTF8.GetString(JsonReply.Encode(answer, AnswerJson.Default.CredentialAnswerV2));
}
