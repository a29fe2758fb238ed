using Appliance.Server.Tests.Hosting;
using Appliance.Storage;

namespace Appliance.Server.Tests.Csc.Errors;

/// <summary>
/// credentials/sendOTP (version 1) and credentials/getChallenge (version 2): each row of csc-api 3.2, as text; and 204.
/// </summary>
public sealed class SendCodeErrorRowTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const string SendOtp = "/csc/v1/credentials/sendOTP";
    private const string GetChallenge = "/csc/v2/credentials/getChallenge";
    private const int PinAndTotp = 0;
    private const int Code = 1;

    [Theory]
    [InlineData(SendOtp)]
    [InlineData(GetChallenge)]
    public async Task Authorization_is_malformed(string path)
        => (await appliance.SendTextAsync(path, "{}", "Authorization: Digest x\r\n"))
            .IsError("invalid_request", "Malformed authorization header");

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"credentialID\":{}}")]
    public async Task SendOTP_credentialID_is_missing(string body)
        => (await appliance.PostAsync(SendOtp, body, appliance.Elena))
            .IsError("invalid_request", "Missing (or invalid type) string parameter credentialID");

    [Fact]
    public async Task SendOTP_credentialID_is_invalid()
    {
        (await appliance.PostAsync(SendOtp, "{\"credentialID\":\"x\"}", appliance.Elena))
            .IsError("invalid_request", "Invalid parameter credentialID");
        (await appliance.PostAsync(SendOtp, Body(appliance.Radu, Code), appliance.Elena))
            .IsError("invalid_request", "Invalid parameter credentialID");
    }

    [Fact]
    public async Task SendOTP_credential_has_no_OTP_that_is_sent()
        => (await appliance.PostAsync(SendOtp, Body(appliance.Elena, PinAndTotp), appliance.Elena))
            .IsError("invalid_request", "Invalid parameter credentialID");

    [Theory]
    [InlineData(SendOtp, "OTP locked")]
    [InlineData(GetChallenge, "Credential locked")]
    public async Task OTP_is_locked(string path, string description)
    {
        await appliance.PostAsync(SendOtp, Body(appliance.Radu, Code), appliance.Radu);
        for (var i = 0; i < 5; i++)
        {
            await appliance.PostAsync(
                "/csc/v1/credentials/authorize",
                $"{{\"credentialID\":\"{appliance.Radu.Credentials[Code]}\",\"numSignatures\":1,"
                    + $"\"hash\":[\"{RawWire.Hash}\"],\"OTP\":\"x\"}}",
                appliance.Radu);
        }

        (await appliance.PostAsync(path, Body(appliance.Radu, Code), appliance.Radu))
            .IsError("invalid_request", description);
        appliance.Time.Advance(TimeSpan.FromMinutes(5));
    }

    [Theory]
    [InlineData("{\"authObjectID\":\"OTP\"}")]
    [InlineData("{\"credentialID\":\"x\",\"authObjectID\":\"OTP\"}")]
    [InlineData("{\"credentialID\":7,\"authObjectID\":\"OTP\"}")]
    public async Task GetChallenge_credentialID_is_invalid(string body)
        => (await appliance.PostAsync(GetChallenge, body, appliance.Elena))
            .IsError("invalid_request", "Invalid parameter credentialID");

    [Theory]
    [InlineData(Code, "")]
    [InlineData(Code, ",\"authObjectID\":\"x\"")]
    [InlineData(Code, ",\"authObjectID\":\"PIN\"")]
    [InlineData(Code, ",\"authObjectID\":[]")]
    [InlineData(PinAndTotp, ",\"authObjectID\":\"OTP\"")]
    public async Task GetChallenge_authObjectID_is_invalid(int credential, string member)
        => (await appliance.PostAsync(
            GetChallenge,
            $"{{\"credentialID\":\"{appliance.Elena.Credentials[credential]}\"{member}}}",
            appliance.Elena))
            .IsError("invalid_request", "Invalid parameter authObjectID");

    [Theory]
    [InlineData(SendOtp)]
    [InlineData(GetChallenge)]
    public async Task Key_is_disabled(string path)
    {
        var id = Guid.Parse(appliance.Elena.Credentials[Code]);
        await appliance.ChangeAsync(connection => connection.Credentials.SetState(id, CredentialState.Suspended));
        (await appliance.PostAsync(path, Body(appliance.Elena, Code), appliance.Elena))
            .IsError("invalid_request", "The credential identified by credentialID is disabled");
        await appliance.ChangeAsync(connection => connection.Credentials.SetState(id, CredentialState.Enabled));
    }

    [Theory]
    [InlineData(SendOtp)]
    [InlineData(GetChallenge)]
    public async Task The_code_that_is_sent_authorizes_and_the_answer_is_empty(string path)
    {
        (await appliance.PostAsync(path, Body(appliance.Elena, Code), appliance.Elena)).IsEmpty();
        (await appliance.PostAsync(path, Body(appliance.Elena, Code), appliance.Elena)).IsEmpty();
        var code = (await appliance.TakeNoticeAsync(appliance.Elena))!.Values["code"];
        Assert.Null(await appliance.TakeNoticeAsync(appliance.Elena));

        var answer = await appliance.PostAsync(
            "/csc/v2/credentials/authorize",
            $"{{\"credentialID\":\"{appliance.Elena.Credentials[Code]}\",\"numSignatures\":1,"
                + $"\"hashes\":[\"{RawWire.Hash}\"],\"authData\":[{{\"id\":\"OTP\",\"value\":\"{code}\"}}]}}",
            appliance.Elena);
        Assert.Equal("HTTP/1.1 200 OK", answer.StatusLine);
    }

    [Theory]
    [InlineData("/csc/v2/credentials/sendOTP")]
    [InlineData("/csc/v1/credentials/getChallenge")]
    public async Task The_other_version_does_not_have_it(string path)
        => Assert.Equal(
            "HTTP/1.1 501 Not Implemented", (await appliance.PostAsync(path, "{}", appliance.Elena)).StatusLine);

    private static string Body(TestSigner signer, int credential)
        => $"{{\"credentialID\":\"{signer.Credentials[credential]}\",\"authObjectID\":\"OTP\"}}";
}
