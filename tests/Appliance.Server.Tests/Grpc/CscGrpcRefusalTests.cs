using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Hosting;
using Google.Protobuf;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc;

/// <summary>
/// The gRPC wire of the running appliance: bad input. Each gets its CSC error in the details, costs no signature and no
/// quota, and is in the audit trail.
/// </summary>
public sealed class CscGrpcRefusalTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private readonly CscGrpcCalls _calls = new(appliance);

    [Fact]
    public async Task A_SAD_is_good_for_its_hash_credential_and_signer_and_once()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await _calls.AuthorizeAsync(appliance.Ioana, 1, hash);
        var token = appliance.Ioana.Token;
        var others = appliance.Mihai.Credentials[1];

        var tampered = (sad[0] == 'A' ? 'B' : 'A') + sad[1..];
        await SignRefusedAsync(
            () => _calls.SignAsync(token, 1, tampered, hash), GrpcStatusCode.PermissionDenied, "Invalid parameter SAD");
        await SignRefusedAsync(
            () => _calls.SignAsync(token, 0, sad, hash), GrpcStatusCode.InvalidArgument, "Invalid parameter signAlgo");
        await SignRefusedAsync(
            () => _calls.SignAsync(token, 2, sad, hash), GrpcStatusCode.PermissionDenied, "Invalid parameter SAD");
        await SignRefusedAsync(
            () => _calls.SignAsync(token, 1, sad, [1, 2, 3]),
            GrpcStatusCode.InvalidArgument,
            "Invalid digest value length");
        await SignRefusedAsync(
            () => _calls.SignAsync(token, 1, sad, RunningAppliance.RandomHash()),
            GrpcStatusCode.PermissionDenied,
            "Hash is not authorized by the SAD");
        await SignRefusedAsync(
            () => _calls.SignAsync(appliance.Mihai.Token, 1, sad, hash),
            GrpcStatusCode.NotFound,
            "Invalid parameter credentialID");
        await SignRefusedAsync(
            () => _calls.SignAsync(appliance.Mihai.Token, others, sad, hash),
            GrpcStatusCode.PermissionDenied,
            "Invalid parameter SAD");

        await _calls.SignAsync(token, 1, sad, hash);
        await SignRefusedAsync(
            () => _calls.SignAsync(token, 1, sad, hash), GrpcStatusCode.PermissionDenied, "Invalid parameter SAD");
    }

    [Theory]
    [InlineData(0, GrpcStatusCode.PermissionDenied)]
    [InlineData(1, GrpcStatusCode.ResourceExhausted)]
    public async Task A_message_of_RequestBytes_is_read_and_none_that_is_longer(int above, GrpcStatusCode code)
    {
        const int Limit = 65_536;
        var request = new Proto.SignHashRequest
        {
            CredentialId = appliance.Ioana.Credentials[1],
            Sad = "none",
            Hashes = { ByteString.CopyFrom(RunningAppliance.RandomHash()) },
            SignAlgo = "1.2.840.10045.4.3.2",
            ClientData = new string('x', Limit),
        };
        request.ClientData = new string('x', (2 * Limit) + above - request.CalculateSize());
        Assert.Equal(Limit + above, request.CalculateSize());

        var error = await Assert.ThrowsAsync<GrpcStatusException>(
            () => _calls.CallAsync<Proto.SignHashRequest, Proto.SignHashResponse>(
                Proto.SignaturesReflection.Descriptor, "SignHash", request, appliance.Ioana.Token));

        Assert.Equal(code, error.Code);
    }

    [Fact]
    public async Task A_SAD_expires()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await _calls.AuthorizeAsync(appliance.Ioana, 1, hash);
        appliance.Time.Advance(TimeSpan.FromSeconds(3_600));

        await SignRefusedAsync(
            () => _calls.SignAsync(appliance.Ioana.Token, 1, sad, hash),
            GrpcStatusCode.PermissionDenied,
            "SAD expired");
        await RefusedAsync(
            AuditEvent.ExtendRefused,
            () => _calls.CallAsync<Proto.ExtendTransactionRequest, Proto.ExtendTransactionResponse>(
                Proto.CredentialsReflection.Descriptor,
                "ExtendTransaction",
                new()
                {
                    CredentialId = appliance.Ioana.Credentials[1],
                    Sad = sad,
                    Hashes = { ByteString.CopyFrom(hash) },
                    HashAlgorithmOid = CscGrpcCalls.Sha256,
                },
                appliance.Ioana.Token),
            GrpcStatusCode.PermissionDenied,
            "SAD expired");
    }

    [Fact]
    public async Task A_code_is_accepted_once()
    {
        var hash = RunningAppliance.RandomHash();
        var code = appliance.FreshCode(appliance.Ioana);
        var sad = await _calls.AuthorizeAsync(appliance.Ioana, code, 1, hash);

        await CodeRefusedAsync(appliance.Ioana, code);

        // What the first use authorised stands, and so does the factor.
        await _calls.SignAsync(appliance.Ioana.Token, 1, sad, hash);
        await _calls.AuthorizeAsync(appliance.Ioana, 1, hash);
    }

    [Fact]
    public async Task Five_wrong_codes_lock_the_factor()
    {
        for (var i = 0; i < 4; i++)
        {
            await CodeRefusedAsync(appliance.Mihai, "x");
        }

        // The fifth tells that it was the last; after it the right code helps no more.
        await LockedAsync("x");
        await LockedAsync(appliance.FreshCode(appliance.Mihai));
        Assert.Equal(appliance.Mihai.Id, Assert.Single(appliance.Audit(AuditEvent.FactorLocked)).Record.SignerId);
    }

    [Fact]
    public async Task What_is_missing_is_named()
    {
        await RefusedAsync(
            AuditEvent.RequestRefused,
            () => SignAsync(new()),
            GrpcStatusCode.InvalidArgument,
            "Missing (or invalid type) string parameter SAD");
        await RefusedAsync(
            AuditEvent.RequestRefused,
            () => _calls.CallAsync<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(
                Proto.CredentialsReflection.Descriptor,
                "Authorize",
                new() { CredentialId = appliance.Ioana.Credentials[1] },
                appliance.Ioana.Token),
            GrpcStatusCode.InvalidArgument,
            "Missing (or invalid type) integer parameter numSignatures");
    }

    [Fact]
    public async Task A_field_of_the_wrong_type_is_missing()
    {
        // The SAD's number with a varint: to protobuf an unknown field, and it travels as such.
        var tag = WireFormat.MakeTag(Proto.SignHashRequest.SadFieldNumber, WireFormat.WireType.Varint);
        var request = Proto.SignHashRequest.Parser.ParseFrom([(byte)tag, 7]);
        Assert.Equal(2, request.CalculateSize());

        await RefusedAsync(
            AuditEvent.RequestRefused,
            () => SignAsync(request),
            GrpcStatusCode.InvalidArgument,
            "Missing (or invalid type) string parameter SAD");
    }

    [Theory]
    [InlineData(null, GrpcStatusCode.Unauthenticated, "invalid_request")]
    [InlineData("x", GrpcStatusCode.Unauthenticated, "invalid_token")]
    [InlineData("a b", GrpcStatusCode.InvalidArgument, "invalid_request")]
    public async Task Every_call_but_info_and_login_needs_a_good_token(
        string? token, GrpcStatusCode code, string reason)
    {
        var error = await Assert.ThrowsAsync<GrpcStatusException>(
            () => _calls.CallAsync<Proto.ListCredentialsRequest, Proto.ListCredentialsResponse>(
                Proto.CredentialsReflection.Descriptor, "List", new(), token));

        Assert.Equal((code, reason), (error.Code, error.Error!.Reason));
        Assert.Equal("cloudsignatureconsortium.org", error.Error.Domain);
    }

    private Task<Proto.SignHashResponse> SignAsync(Proto.SignHashRequest request)
        => _calls.CallAsync<Proto.SignHashRequest, Proto.SignHashResponse>(
            Proto.SignaturesReflection.Descriptor, "SignHash", request, appliance.Ioana.Token);

    private Task SignRefusedAsync(Func<Task> call, GrpcStatusCode code, string description)
        => RefusedAsync(AuditEvent.SignHashRefused, call, code, description);

    private Task CodeRefusedAsync(TestSigner signer, string code)
        => RefusedAsync(
            AuditEvent.AuthorizeRefused,
            () => _calls.AuthorizeAsync(signer, code, 1, RunningAppliance.RandomHash()),
            GrpcStatusCode.PermissionDenied,
            "The authentication data is invalid",
            "invalid_authentication_data");

    private Task LockedAsync(string code)
        => RefusedAsync(
            AuditEvent.AuthorizeRefused,
            () => _calls.AuthorizeAsync(appliance.Mihai, code, 1, RunningAppliance.RandomHash()),
            GrpcStatusCode.FailedPrecondition,
            "Credential locked");

    /// <summary>The CSC error in the details, one record more, and every authorised hash as it was.</summary>
    private async Task RefusedAsync(
        AuditEvent recorded,
        Func<Task> call,
        GrpcStatusCode code,
        string description,
        string reason = "invalid_request")
    {
        var quota = appliance.Quota();
        var signed = appliance.Audit(AuditEvent.SignHashIntent).Count;
        var records = appliance.Audit(recorded).Count;

        var error = await Assert.ThrowsAsync<GrpcStatusException>(call);

        Assert.Equal((code, description, reason), (error.Code, error.Text, error.Error!.Reason));
        Assert.Equal(description, error.Error.Metadata["error_description"]);
        Assert.Equal(quota, appliance.Quota());
        Assert.Equal(signed, appliance.Audit(AuditEvent.SignHashIntent).Count);
        Assert.Equal(records + 1, appliance.Audit(recorded).Count);
        Assert.Equal(AuditOutcome.Refused, appliance.Audit(recorded)[0].Record.Outcome);
    }
}
