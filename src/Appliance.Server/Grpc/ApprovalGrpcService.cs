using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Hosting.Peers;
using Appliance.Storage;
using Google.Protobuf;
using Proto = Appliance.V1;

namespace Appliance.Server.Grpc;

/// <summary>Approvals of appliance.v1, each method the same operation as its REST path.</summary>
internal sealed class ApprovalGrpcService(ApprovalOperations approvals, GrpcCalls calls)
{
    /// <summary>Maps all methods. Those that a link serves for need no token.</summary>
    public void Map(GrpcMethods methods)
    {
        var service = Proto.ApprovalsReflection.Descriptor.Services[0];
        var open = new GrpcMethodOptions
        {
            MaxReceiveMessageSize = CscOperations.LoginBytes,
            Stopping = GrpcErrors.StatusOf(CscErrors.Stopping),
        };
        methods
            .Unary<Proto.ApprovalRequest, Proto.Approval>(
                service.FindMethodByName("Show"),
                (request, context) => RunAsync(request, context, approvals.ShowAsync, From),
                open)
            .Unary<Proto.ApprovalRequest, Proto.ApprovalDecision>(
                service.FindMethodByName("Approve"),
                (request, context) => RunAsync(request, context, approvals.ApproveAsync, From),
                open)
            .Unary<Proto.ApprovalRequest, Proto.ApprovalDecision>(
                service.FindMethodByName("Deny"),
                (request, context) => RunAsync(request, context, approvals.DenyAsync, From),
                open)
            .Unary<Proto.ListApprovalsRequest, Proto.ListApprovalsResponse>(
                service.FindMethodByName("List"),
                (request, context) => calls.RunAsync(request, context, From, approvals.ListAsync, From),
                calls.Known);
    }

    private async ValueTask<TResponse?> RunAsync<TResult, TResponse>(
        Proto.ApprovalRequest request,
        GrpcCallContext context,
        CscOperation<ApprovalInput, TResult> operation,
        Func<TResult, TResponse> write)
        where TResponse : class, IMessage
    {
        try
        {
            var answer = await approvals.EnterAsync(
                context.Http.Request.Headers.Authorization,
                PeerFacts.Of(context.Http).IsSafe,
                From(request),
                operation,
                context.CancellationToken);
            return answer.Error is { } error ? GrpcCalls.Fail<TResponse>(context, error) : write(answer.Value);
        }
        catch (StoreException away) when (away.IsTemporary)
        {
            return GrpcCalls.Fail<TResponse>(context, CscErrors.StoreAway);
        }
    }

    private static ApprovalInput From(Proto.ApprovalRequest request) => new()
    {
        Link = FieldText.Of(request.Link),
        ApprovalId = FieldText.Of(request.ApprovalId),
        Otp = FieldText.Of(request.Otp),
    };

    private static ApprovalInput From(Proto.ListApprovalsRequest request)
        => new() { SignerId = FieldText.Of(request.SignerId) };

    private static Proto.ApprovalDecision From(ApprovalStateAnswer answer) => new() { State = answer.State };

    private static Proto.ListApprovalsResponse From(ApprovalListAnswer answer)
    {
        var response = new Proto.ListApprovalsResponse();
        response.Approvals.Add(answer.Approvals.Select(From));
        return response;
    }

    private static Proto.Approval From(ApprovalAnswer answer)
    {
        var response = new Proto.Approval
        {
            ApprovalId = answer.ApprovalId,
            State = answer.State,
            Operation = answer.Operation,
            SignerId = answer.SignerId,
            CredentialId = answer.CredentialId,
            NumSignatures = answer.NumSignatures,
            CreatedAt = answer.CreatedAt,
            ExpiresAt = answer.ExpiresAt,
            AsksForOtp = answer.AsksForOtp,
        };
        response.Hashes.Add(answer.Hashes.Select(hash => ByteString.CopyFrom(hash)));
        if (answer.ClientId is not null)
        {
            response.ClientId = answer.ClientId;
        }

        if (answer.Client is not null)
        {
            response.Client = answer.Client;
        }

        if (answer.Description is not null)
        {
            response.Description = answer.Description;
        }

        if (answer.HashAlgorithmOid is not null)
        {
            response.HashAlgorithmOid = answer.HashAlgorithmOid;
        }

        return response;
    }
}
