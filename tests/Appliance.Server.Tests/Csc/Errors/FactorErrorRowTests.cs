using Appliance.Server.Tests.Hosting;
using Appliance.Storage;

namespace Appliance.Server.Tests.Csc.Errors;

/// <summary>
/// The rows of credentials/authorize that are about PINs, sent codes and approval (csc-api 3.2), as text.
/// </summary>
public sealed class FactorErrorRowTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const int PinAndTotp = 0;
    private const int Code = 1;
    private const int Approval = 2;

    [Theory]
    [InlineData("v1", "invalid_pin", "The PIN is invalid")]
    [InlineData("v2", "invalid_authentication_data", "The authentication data is invalid")]
    public async Task PIN_is_wrong(string version, string error, string description)
    {
        (await AuthorizeAsync(version, appliance.Elena, PinAndTotp, "1111", appliance.FreshCode(appliance.Elena)))
            .IsError(error, description);
        await RightAsync();
    }

    [Theory]
    [InlineData("v1", "invalid_otp", "The OTP is invalid")]
    [InlineData("v2", "invalid_authentication_data", "The authentication data is invalid")]
    public async Task OTP_beside_a_right_PIN_is_wrong(string version, string error, string description)
    {
        (await AuthorizeAsync(version, appliance.Elena, PinAndTotp, "2580", "000000")).IsError(error, description);
        await RightAsync();
    }

    [Theory]
    [InlineData("v1", "invalid_pin", "The PIN is invalid")]
    [InlineData("v2", "invalid_authentication_data", "The authentication data is invalid")]
    public async Task Both_are_wrong_and_both_are_counted(string version, string error, string description)
    {
        var before = await CountersAsync();
        (await AuthorizeAsync(version, appliance.Elena, PinAndTotp, "1111", "000000")).IsError(error, description);
        Assert.Equal((before.Pin + 1, before.Totp + 1), await CountersAsync());
        await RightAsync();
    }

    [Theory]
    [InlineData("v1", "Missing (or invalid type) string parameter PIN")]
    [InlineData("v2", "Missing (or invalid type) array parameter authData")]
    public async Task PIN_is_missing(string version, string description)
        => (await AuthorizeAsync(version, appliance.Elena, PinAndTotp, null, "000000"))
            .IsError("invalid_request", description);

    [Theory]
    [InlineData("v1", "PIN locked")]
    [InlineData("v2", "Credential locked")]
    public async Task PIN_is_locked(string version, string description)
    {
        for (var i = 0; i < 5; i++)
        {
            await AuthorizeAsync("v1", appliance.Radu, PinAndTotp, "1111", appliance.FreshCode(appliance.Radu));
        }

        (await AuthorizeAsync(version, appliance.Radu, PinAndTotp, "2580", appliance.FreshCode(appliance.Radu)))
            .IsError("invalid_request", description);
    }

    [Fact]
    public async Task AuthData_names_an_object_that_there_is_not()
        => (await PostAsync("v2", appliance.Elena, PinAndTotp, ",\"authData\":[{\"id\":\"FACE\",\"value\":\"x\"}]"))
            .IsError("invalid_authentication_data", "The authentication data is invalid");

    [Fact]
    public async Task AuthData_names_an_object_twice()
    {
        var before = await CountersAsync();
        (await PostAsync(
            "v2",
            appliance.Elena,
            PinAndTotp,
            ",\"authData\":[{\"id\":\"PIN\",\"value\":\"1111\"},{\"id\":\"PIN\",\"value\":\"2580\"}]"))
            .IsError("invalid_authentication_data", "The authentication data is invalid");
        Assert.Equal(before, await CountersAsync());
    }

    [Theory]
    [InlineData("v1", "Missing (or invalid type) string parameter PIN")]
    [InlineData("v2", "Missing (or invalid type) array parameter authData")]
    public async Task Proofs_are_of_a_wrong_type(string version, string description)
        => (await PostAsync(
            version, appliance.Elena, PinAndTotp, version == "v1" ? ",\"PIN\":2580" : ",\"authData\":\"2580\""))
            .IsError("invalid_request", description);

    [Theory]
    [InlineData("v1", "invalid_otp", "The OTP is invalid")]
    [InlineData("v2", "invalid_authentication_data", "The authentication data is invalid")]
    public async Task Code_that_was_never_sent_is_wrong(string version, string error, string description)
        => (await AuthorizeAsync(version, appliance.Elena, Code, null, "123456")).IsError(error, description);

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Description_is_too_long(string version)
        => (await PostAsync(version, appliance.Elena, Approval, $",\"description\":\"{new string('x', 501)}\""))
            .IsError("invalid_request", "Invalid parameter description");

    [Theory]
    [InlineData("expired", "v1", "Signing certificate 'O=,CN=elena' is expired.")]
    [InlineData("expired", "v2", "Signing certificate is expired")]
    [InlineData("suspended", "v1", "The credential identified by credentialID is disabled")]
    [InlineData("suspended", "v2", "The credential identified by credentialID is disabled")]
    [InlineData("limited", "v1", "The credential identified by credentialID is disabled")]
    [InlineData("limited", "v2", "The credential identified by credentialID is disabled")]
    public async Task What_may_not_sign_is_refused_before_factor_reservation_and_token(
        string state, string version, string description)
    {
        CredentialRow row = null!;
        var id = Guid.Parse(appliance.Elena.Credentials[PinAndTotp]);
        await appliance.ChangeAsync(connection => Set(connection, row = connection.Credentials.Find(id)!, state));
        var before = (await CountersAsync(), appliance.Tally());

        (await AuthorizeAsync(version, appliance.Elena, PinAndTotp, "1111", "000000"))
            .IsError("invalid_request", description);

        Assert.Equal(before, (await CountersAsync(), appliance.Tally()));
        await appliance.ChangeAsync(connection => Set(connection, row, "enabled"));
        await RightAsync();
    }

    private void Set(StoreConnection connection, CredentialRow row, string state)
    {
        var expired = state == "expired";
        connection.Credentials.SetCertificates(
            row.Id, row.Certificates, expired ? 0 : row.NotBefore, expired ? 1 : row.NotAfter);
        connection.Credentials.SetState(
            row.Id, state == "suspended" ? CredentialState.Suspended : CredentialState.Enabled);
        connection.Signers.SetState(
            appliance.Elena.Id, state == "limited" ? SignerState.Limited : SignerState.Active);
    }

    private async Task<(int Pin, int Totp)> CountersAsync()
    {
        (int Pin, int Totp) found = default;
        await appliance.ChangeAsync(connection => found = (
            connection.Pins.Find(appliance.Elena.Id)!.Wrong,
            connection.Factors.FindBySigner(appliance.Elena.Id)!.WrongCodes));
        return found;
    }

    /// <summary>Counts from 0 again, so that the tests of this class together lock nobody.</summary>
    private async Task RightAsync()
    {
        var answer = await AuthorizeAsync(
            "v2", appliance.Elena, PinAndTotp, "2580", appliance.FreshCode(appliance.Elena));
        Assert.Equal("HTTP/1.1 200 OK", answer.StatusLine);
        Assert.StartsWith("{\"SAD\":\"", answer.Body, StringComparison.Ordinal);
    }

    private Task<RawReply> AuthorizeAsync(
        string version, TestSigner signer, int credential, string? pin, string? code)
    {
        if (version == "v1")
        {
            var typed = (pin is null ? "" : $",\"PIN\":\"{pin}\"") + (code is null ? "" : $",\"OTP\":\"{code}\"");
            return PostAsync(version, signer, credential, typed);
        }

        var data = new[] { ("PIN", pin), ("OTP", code) }.Where(one => one.Item2 is not null)
            .Select(one => $"{{\"id\":\"{one.Item1}\",\"value\":\"{one.Item2}\"}}");
        return PostAsync(version, signer, credential, $",\"authData\":[{string.Join(',', data)}]");
    }

    private Task<RawReply> PostAsync(string version, TestSigner signer, int credential, string members)
        => appliance.PostAsync(
            $"/csc/{version}/credentials/authorize",
            $"{{\"credentialID\":\"{signer.Credentials[credential]}\",\"numSignatures\":1,"
                + $"\"{(version == "v1" ? "hash" : "hashes")}\":[\"{RawWire.Hash}\"]{members}}}",
            signer);
}
