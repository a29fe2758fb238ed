using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Server.Grpc;
using Appliance.Signing;

namespace Appliance.Server.Tests.Csc;

public sealed class StatusTableTests
{
    public static TheoryData<SigningStatus> Refusals
        => [.. Enum.GetValues<SigningStatus>().Except([SigningStatus.Ok, SigningStatus.ApprovalPending])];

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Every_refusal_has_a_row(SigningStatus status)
    {
        Assert.True(StatusTable.Knows(status));
        foreach (var version in Enum.GetValues<CscVersion>())
        {
            var error = StatusTable.ErrorFor(status, version);
            Assert.NotEmpty(error.Error);
            Assert.NotEmpty(error.Description);
            Assert.InRange((int)error.HttpStatus, 400, 599);
            Assert.NotEqual(GrpcStatusCode.Ok, error.GrpcCode);
        }
    }

    [Fact]
    public void Success_has_none() => Assert.False(StatusTable.Knows(SigningStatus.Ok));

    [Theory]
    [InlineData(SigningStatus.FactorWrong, 1, "invalid_otp", "The OTP is invalid")]
    [InlineData(SigningStatus.FactorWrong, 2, "invalid_authentication_data", "The authentication data is invalid")]
    [InlineData(SigningStatus.FactorLocked, 1, "invalid_request", "OTP locked")]
    [InlineData(SigningStatus.FactorLocked, 2, "invalid_request", "Credential locked")]
    [InlineData(SigningStatus.HashNotAuthorized, 1, "invalid_request", "Hash is not authorized by the SAD.")]
    [InlineData(SigningStatus.HashNotAuthorized, 2, "invalid_request", "Hash is not authorized by the SAD")]
    [InlineData(SigningStatus.SignatureCountTooHigh, 1, "invalid_request", "Numbers of signatures is too high")]
    [InlineData(SigningStatus.SadExpired, 2, "invalid_request", "SAD expired")]
    [InlineData(SigningStatus.HashAlgorithmInvalid, 1, "invalid_request", "Invalid parameter hashAlgo")]
    [InlineData(SigningStatus.HashAlgorithmInvalid, 2, "invalid_request", "Invalid parameter hashAlgorithmOID")]
    [InlineData(
        SigningStatus.CredentialDisabled,
        1,
        "invalid_request",
        "The credential identified by credentialID is disabled")]
    [InlineData(SigningStatus.CertificateExpired, 2, "invalid_request", "Signing certificate is expired")]
    public void The_texts_are_the_standards(SigningStatus status, int version, string error, string description)
    {
        var found = StatusTable.ErrorFor(status, Inputs.Version(version));

        Assert.Equal((error, description), (found.Error, found.Description));
        Assert.Equal(400, (int)found.HttpStatus);
    }

    [Theory]
    [InlineData(SigningStatus.Overloaded, 429, GrpcStatusCode.ResourceExhausted)]
    [InlineData(SigningStatus.TokenUnavailable, 503, GrpcStatusCode.Unavailable)]
    [InlineData(SigningStatus.InProgress, 409, GrpcStatusCode.Unavailable)]
    public void What_may_be_tried_again_says_when(SigningStatus status, int http, GrpcStatusCode code)
    {
        var error = StatusTable.ErrorFor(status, CscVersion.V2);

        Assert.Equal((http, code), ((int)error.HttpStatus, error.GrpcCode));
        Assert.True(error.RetryAfterSeconds > 0);
        Assert.Equal(TimeSpan.FromSeconds(error.RetryAfterSeconds), GrpcErrors.StatusOf(error).RetryAfter);
    }

    [Theory]
    [InlineData(SigningStatus.RequestIdReused, 422, GrpcStatusCode.FailedPrecondition)]
    [InlineData(SigningStatus.OutcomeInDoubt, 410, GrpcStatusCode.Aborted)]
    public void What_will_never_come_is_not_asked_for_again(SigningStatus status, int http, GrpcStatusCode code)
    {
        var error = StatusTable.ErrorFor(status, CscVersion.V1);

        Assert.Equal((http, code, 0), ((int)error.HttpStatus, error.GrpcCode, error.RetryAfterSeconds));
    }

    [Fact]
    public void Over_gRPC_the_error_is_the_reason_and_a_status_is_made_once()
    {
        var error = StatusTable.ErrorFor(SigningStatus.FactorWrong, CscVersion.V2);
        var status = GrpcErrors.StatusOf(error);

        Assert.Equal("invalid_authentication_data", status.Error!.Reason);
        Assert.Equal("cloudsignatureconsortium.org", status.Error.Domain);
        Assert.Equal("The authentication data is invalid", status.Error.Metadata!["error_description"]);
        Assert.Equal("The authentication data is invalid", status.Message);
        Assert.Same(status, GrpcErrors.StatusOf(error));
    }

    [Fact]
    public void Version_1_names_the_expired_certificate()
        => Assert.Equal(
            "Signing certificate 'O=Acme,CN=Ioana' is expired.",
            StatusTable.CertificateExpired("Acme", "Ioana").Description);
}
