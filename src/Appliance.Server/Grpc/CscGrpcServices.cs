using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Rules;
using Appliance.Server.Csc.Views;
using Appliance.Server.Grpc.Streaming;
using Appliance.Server.Hosting.Peers;
using Appliance.Server.Options;
using Appliance.Server.Timestamps;
using Appliance.Signing;
using Appliance.Storage;
using Google.Protobuf.Reflection;
using Proto = Csc.V2;

namespace Appliance.Server.Grpc;

/// <summary>The gRPC wire: the services of csc.v2, each method the same operation as version 2's REST path.</summary>
internal sealed class CscGrpcServices(
    CscOperations operations,
    TimestampOperations? timestamps,
    InfoSettings info,
    Admission admission,
    ItemStreams streams)
{
    /// <summary>
    /// Bytes of the largest answer: as many signatures as one call may ask for, none longer than RSA-4096's 512 bytes.
    /// An answer that is too long when all is signed is lost, and what it authorised is used up.
    /// </summary>
    public const int LargestAnswer = FieldHashes.Limit * 1_024;

    private static readonly string s_replayed = RequestIds.ReplayedHeader.ToLowerInvariant();

    private readonly CscOperation<SignHashInput, SignHashResult> _signHash = operations.SignHashAsync;
    private readonly GrpcCalls _calls = new(operations, admission);

    /// <summary>Maps all methods.</summary>
    public void Map(GrpcMethods methods)
    {
        var service = Service(Proto.ServiceReflection.Descriptor);
        var auth = Service(Proto.AuthReflection.Descriptor);
        var credentials = Service(Proto.CredentialsReflection.Descriptor);
        var signatures = Service(Proto.SignaturesReflection.Descriptor);
        var stopping = GrpcErrors.StatusOf(CscErrors.Stopping);
        var open = new GrpcMethodOptions { MaxReceiveMessageSize = CscOperations.LoginBytes, Stopping = stopping };
        var known = _calls.Known;
        methods
            .Unary<Proto.ServiceInfoRequest, Proto.ServiceInfoResponse>(service("Info"), Info, open)
            .Unary<Proto.LoginRequest, Proto.LoginResponse>(auth("Login"), LoginAsync, open)
            .Unary<Proto.RevokeRequest, Proto.RevokeResponse>(auth("Revoke"), RevokeAsync, known)
            .Unary<Proto.ListCredentialsRequest, Proto.ListCredentialsResponse>(credentials("List"), ListAsync, known)
            .Unary<Proto.CredentialInfoRequest, Proto.CredentialInfo>(credentials("Info"), CredentialAsync, known)
            .Unary<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(credentials("Authorize"), AuthorizeAsync, known)
            .Unary<Proto.AuthorizeCheckRequest, Proto.AuthorizeResponse>(
                credentials("AuthorizeCheck"), CheckAsync, known)
            .Unary<Proto.GetChallengeRequest, Proto.GetChallengeResponse>(
                credentials("GetChallenge"), ChallengeAsync, known)
            .Unary<Proto.ExtendTransactionRequest, Proto.ExtendTransactionResponse>(
                credentials("ExtendTransaction"), ExtendAsync, known)
            .Unary<Proto.SignHashRequest, Proto.SignHashResponse>(signatures("SignHash"), SignHashAsync, known)
            .BidirectionalStreaming<Proto.SignHashStreamRequest, Proto.SignHashStreamResponse>(
                signatures("SignHashStream"),
                (requests, responses, call) => streams.RunAsync(
                    requests, responses, call, new SignHashItems(operations)),
                _calls.OfStreams(streams.Limits.Streams))
            .Unary<Proto.TimestampRequest, Proto.TimestampResponse>(signatures("Timestamp"), TimestampAsync, known);
    }

    private ValueTask<Proto.ServiceInfoResponse?> Info(Proto.ServiceInfoRequest request, GrpcCallContext context)
        => ValueTask.FromResult<Proto.ServiceInfoResponse?>(
            ProtoAnswers.From(
                InfoView.Version2(info, InfoView.OAuth2Of(info, context.Http.Request), timestamps is not null)));

    private async ValueTask<Proto.LoginResponse?> LoginAsync(Proto.LoginRequest request, GrpcCallContext context)
    {
        if (admission.TryEnter(isToBeKnown: false) is { } refusal)
        {
            return GrpcCalls.Fail<Proto.LoginResponse>(context, refusal);
        }

        try
        {
            var isSafe = PeerFacts.Of(context.Http).IsSafe;
            var answer = await operations.LoginAsync(
                ProtoInputs.From(request),
                context.Http.Request.Headers.Authorization,
                isSafe,
                context.CancellationToken);
            return answer.Error is { } error
                ? GrpcCalls.Fail<Proto.LoginResponse>(context, error)
                : ProtoAnswers.From(answer.Value);
        }
        catch (StoreException away) when (away.IsTemporary)
        {
            return GrpcCalls.Fail<Proto.LoginResponse>(context, CscErrors.StoreAway);
        }
        finally
        {
            admission.Leave();
        }
    }

    private ValueTask<Proto.RevokeResponse?> RevokeAsync(Proto.RevokeRequest request, GrpcCallContext context)
        => _calls.RunAsync(
            request, context, ProtoInputs.From, operations.RevokeAsync, static _ => new Proto.RevokeResponse());

    private ValueTask<Proto.ListCredentialsResponse?> ListAsync(
        Proto.ListCredentialsRequest request, GrpcCallContext context)
        => _calls.RunAsync(
            request, context, ProtoInputs.From, operations.ListAsync, list => ProtoAnswers.From(list, info.Lang));

    private ValueTask<Proto.CredentialInfo?> CredentialAsync(
        Proto.CredentialInfoRequest request, GrpcCallContext context)
        => _calls.RunAsync(
            request,
            context,
            ProtoInputs.From,
            operations.InfoAsync,
            found => ProtoAnswers.From(
                CredentialView.Version2(found.Credential, found.Selectors, info.Lang, named: false)));

    private ValueTask<Proto.AuthorizeResponse?> AuthorizeAsync(Proto.AuthorizeRequest request, GrpcCallContext context)
        => _calls.RunAsync(request, context, ProtoInputs.From, operations.AuthorizeAsync, ProtoAnswers.From);

    private ValueTask<Proto.AuthorizeResponse?> CheckAsync(
        Proto.AuthorizeCheckRequest request, GrpcCallContext context)
        => _calls.RunAsync(request, context, ProtoInputs.From, operations.CheckAsync, ProtoAnswers.From);

    private ValueTask<Proto.GetChallengeResponse?> ChallengeAsync(
        Proto.GetChallengeRequest request, GrpcCallContext context)
        => _calls.RunAsync(
            request,
            context,
            ProtoInputs.From,
            operations.SendCodeAsync,
            static _ => new Proto.GetChallengeResponse());

    private ValueTask<Proto.ExtendTransactionResponse?> ExtendAsync(
        Proto.ExtendTransactionRequest request, GrpcCallContext context)
        => _calls.RunAsync(request, context, ProtoInputs.From, operations.ExtendAsync, ProtoAnswers.Extended);

    private ValueTask<Proto.SignHashResponse?> SignHashAsync(Proto.SignHashRequest request, GrpcCallContext context)
        => _calls.RunAsync(
            request,
            context,
            ProtoInputs.From,
            _signHash,
            static result => ProtoAnswers.From(result.Signatures),
            static (input, context) =>
            {
                input.RequestIdHeader = context.Http.Request.Headers[RequestIds.Header];
                input.TimeLeft = context.TimeRemaining;
            },
            static (result, context) =>
            {
                if (result.IsRedelivered)
                {
                    context.AddHeader(s_replayed, "true");
                }
            });

    private ValueTask<Proto.TimestampResponse?> TimestampAsync(Proto.TimestampRequest request, GrpcCallContext context)
        => timestamps is null
            ? ValueTask.FromResult(GrpcCalls.Fail<Proto.TimestampResponse>(context, CscErrors.NotImplemented))
            : _calls.RunAsync(
                request,
                context,
                ProtoStamps.From,
                timestamps.TimestampAsync,
                ProtoStamps.From,
                static (input, context) => input.TimeLeft = context.TimeRemaining);

    private static Func<string, MethodDescriptor> Service(FileDescriptor file)
        => name => file.Services[0].FindMethodByName(name);
}
