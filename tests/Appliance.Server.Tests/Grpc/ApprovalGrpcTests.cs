using Appliance.Grpc.Client;
using Appliance.Server.Tests.Hosting;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc;

/// <summary>authorizeCheck, getChallenge and the approvals over gRPC: as over REST.</summary>
public sealed class ApprovalGrpcTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const int Code = 1;
    private const int Approval = 2;

    private static readonly FileDescriptor s_credentials = Proto.CredentialsReflection.Descriptor;
    private static readonly FileDescriptor s_approvals = V1.ApprovalsReflection.Descriptor;

    private readonly CscGrpcCalls _calls = new(appliance);

    [Fact]
    public async Task An_approval_by_link_gives_the_SAD_to_who_asked()
    {
        var hash = RunningAppliance.RandomHash();
        var asked = await AuthorizeAsync(Approval, hash, []);
        Assert.True(asked is { HasHandle: true, HasSad: false, HasExpiresIn: false });
        Assert.Equal(asked.Handle, (await CheckAsync(asked.Handle)).Handle);
        var link = await appliance.TakeLinkAsync(appliance.Elena);

        var shown = await DecideAsync<V1.Approval>("Show", new() { Link = link });
        Assert.Equal(
            ("pending", "signatures/signHash", "Contract 17", 1),
            (shown.State, shown.Operation, shown.Description, shown.NumSignatures));
        Assert.Equal(hash, Assert.Single(shown.Hashes).ToByteArray());
        Assert.False(shown.HasClient);
        Assert.Equal("approved", (await DecideAsync<V1.ApprovalDecision>("Approve", new() { Link = link })).State);

        var sad = (await CheckAsync(asked.Handle)).Sad;
        Assert.Single(
            (await _calls.SignAsync(appliance.Elena.Token, appliance.Elena.Credentials[Approval], sad, hash)).Signatures);
        var late = await Assert.ThrowsAsync<GrpcStatusException>(
            () => DecideAsync<V1.ApprovalDecision>("Deny", new() { Link = link }));
        Assert.Equal((GrpcStatusCode.FailedPrecondition, "approval_over"), (late.Code, late.Error!.Reason));
    }

    [Fact]
    public async Task The_id_needs_a_token_and_who_asked_does_not_approve()
    {
        await AuthorizeAsync(Approval, RunningAppliance.RandomHash(), []);
        var waiting = await _calls.CallAsync<V1.ListApprovalsRequest, V1.ListApprovalsResponse>(
            s_approvals, "List", new(), appliance.Elena.Token);
        var id = waiting.Approvals[0].ApprovalId;

        var stranger = await Assert.ThrowsAsync<GrpcStatusException>(
            () => DecideAsync<V1.Approval>("Show", new() { ApprovalId = id }));
        Assert.Equal(GrpcStatusCode.Unauthenticated, stranger.Code);
        var other = await Assert.ThrowsAsync<GrpcStatusException>(
            () => DecideAsync<V1.Approval>("Show", new() { ApprovalId = id }, appliance.Mihai.Token));
        Assert.Equal(GrpcStatusCode.NotFound, other.Code);
        var asker = await Assert.ThrowsAsync<GrpcStatusException>(
            () => DecideAsync<V1.ApprovalDecision>("Approve", new() { ApprovalId = id }, appliance.Elena.Token));
        Assert.Equal((GrpcStatusCode.PermissionDenied, "access_denied"), (asker.Code, asker.Error!.Reason));
        var denied = await DecideAsync<V1.ApprovalDecision>("Deny", new() { ApprovalId = id }, appliance.Elena.Token);
        Assert.Equal("denied", denied.State);
    }

    [Fact]
    public async Task A_challenge_goes_to_the_signer_and_its_code_authorizes()
    {
        var answer = await _calls.CallAsync<Proto.GetChallengeRequest, Proto.GetChallengeResponse>(
            s_credentials,
            "GetChallenge",
            new() { CredentialId = appliance.Elena.Credentials[Code], AuthObjectId = "OTP" },
            appliance.Elena.Token);
        Assert.False(answer.HasChallenge);
        string? code = null;
        while (await appliance.TakeNoticeAsync(appliance.Elena) is { } notice)
        {
            code = notice.Values.TryGetValue("code", out var sent) ? sent : code;
        }

        var hash = RunningAppliance.RandomHash();
        Assert.True((await AuthorizeAsync(Code, hash, [new Proto.AuthData { Id = "OTP", Value = code }])).HasSad);
    }

    [Fact]
    public async Task A_handle_that_is_none_is_told_as_over_REST()
    {
        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => CheckAsync("x"));
        Assert.Equal(GrpcStatusCode.NotFound, error.Code);
        Assert.EndsWith("Invalid parameter handle", error.Message, StringComparison.Ordinal);
    }

    private Task<Proto.AuthorizeResponse> AuthorizeAsync(int credential, byte[] hash, Proto.AuthData[] data)
        => _calls.CallAsync<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(
            s_credentials,
            "Authorize",
            new()
            {
                CredentialId = appliance.Elena.Credentials[credential],
                NumSignatures = 1,
                Hashes = { ByteString.CopyFrom(hash) },
                HashAlgorithmOid = CscGrpcCalls.Sha256,
                AuthData = { data },
                Description = "Contract 17",
            },
            appliance.Elena.Token);

    private Task<Proto.AuthorizeResponse> CheckAsync(string handle)
        => _calls.CallAsync<Proto.AuthorizeCheckRequest, Proto.AuthorizeResponse>(
            s_credentials, "AuthorizeCheck", new() { Handle = handle }, appliance.Elena.Token);

    private Task<T> DecideAsync<T>(string method, V1.ApprovalRequest request, string? token = null)
        where T : class, IMessage<T>
        => _calls.CallAsync<V1.ApprovalRequest, T>(s_approvals, method, request, token);
}
