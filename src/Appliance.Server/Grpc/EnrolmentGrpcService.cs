using Appliance.Grpc;
using Appliance.Identity;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Enrolments;
using Appliance.Server.Hosting.Peers;
using Appliance.Storage;
using Google.Protobuf;
using Proto = Appliance.V1;

namespace Appliance.Server.Grpc;

/// <summary>The Enrolment service of appliance.v1, each method the same operation as its REST path.</summary>
internal sealed class EnrolmentGrpcService(FactorOperations factors, FactorCalls calls)
{
    /// <summary>Anybody may call them: small messages only.</summary>
    private static readonly GrpcMethodOptions s_open = new()
    {
        MaxReceiveMessageSize = CscOperations.LoginBytes,
        Stopping = GrpcErrors.StatusOf(CscErrors.Stopping),
    };

    /// <summary>Maps all methods.</summary>
    public void Map(GrpcMethods methods)
    {
        Add<Proto.FactorStatusRequest, Proto.FactorStatusResponse>(
            methods, "Status", From, _ => factors.StatusAsync, EnrolmentMessages.Status);
        Add<Proto.InviteRequest, Proto.InviteResponse>(methods, "Invite", From, Invite, EnrolmentMessages.Invited);
        Add<Proto.OpenLinkRequest, Proto.OpenLinkResponse>(
            methods, "OpenLink", From, _ => factors.OpenAsync, EnrolmentMessages.Opened);
        Add<Proto.SendCodeRequest, Proto.SendCodeResponse>(
            methods, "SendCode", From, _ => factors.SendAsync,
            static answer => new() { Code = EnrolmentMessages.Code(answer) });
        Add<Proto.ConfirmRequest, Proto.ConfirmResponse>(
            methods, "Confirm", From, _ => factors.ConfirmAsync, EnrolmentMessages.Confirmed);
        Add<Proto.ActivateRequest, Proto.ActivateResponse>(
            methods, "Activate", From, _ => factors.ActivateAsync, static _ => new());
        Add<Proto.SetPinRequest, Proto.SetPinResponse>(
            methods, "SetPin", From, _ => factors.SetPinAsync, static _ => new());
        Add<Proto.RecoverRequest, Proto.RecoverResponse>(
            methods, "Recover", From, _ => factors.RecoverAsync, static _ => new());
        Add<Proto.FinishPasswordRequest, Proto.FinishPasswordResponse>(
            methods, "FinishPassword", From, _ => factors.FinishPasswordAsync, static _ => new());
        Add<Proto.ChangePasswordRequest, Proto.ChangePasswordResponse>(
            methods, "ChangePassword", From, _ => factors.ChangePasswordAsync, static _ => new());
        Add<Proto.StartPhoneRequest, Proto.StartPhoneResponse>(
            methods, "StartPhone", From, _ => factors.StartPhoneAsync,
            static answer => new() { Code = EnrolmentMessages.Code(answer) });
        Add<Proto.ConfirmPhoneRequest, Proto.ConfirmPhoneResponse>(
            methods, "ConfirmPhone", From, _ => factors.ConfirmPhoneAsync,
            static answer => new() { Code = EnrolmentMessages.Code(answer) });
        Add<Proto.FinishPhoneRequest, Proto.FinishPhoneResponse>(
            methods, "FinishPhone", From, _ => factors.FinishPhoneAsync,
            static answer => new() { Phone = answer.Phone ?? "" });
    }

    private static FactorInput From(Proto.FactorStatusRequest request)
        => new() { SignerId = FieldText.Of(request.SignerId) };

    private static FactorInput From(Proto.InviteRequest request)
        => new() { SignerId = FieldText.Of(request.SignerId) };

    private static FactorInput From(Proto.OpenLinkRequest request) => new() { Link = FieldText.Of(request.Link) };

    private static FactorInput From(Proto.SendCodeRequest request) => new()
    {
        Link = FieldText.Of(request.Link),
        SignerId = FieldText.Of(request.SignerId),
        Phone = FieldText.Of(request.Phone),
    };

    private static FactorInput From(Proto.ConfirmRequest request) => new()
    {
        Link = FieldText.Of(request.Link),
        SignerId = FieldText.Of(request.SignerId),
        Code = FieldText.Of(request.Code),
    };

    private static FactorInput From(Proto.ActivateRequest request) => new()
    {
        Link = FieldText.Of(request.Link),
        SignerId = FieldText.Of(request.SignerId),
        Code = FieldText.Of(request.Code),
    };

    private static FactorInput From(Proto.SetPinRequest request) => new()
    {
        SignerId = FieldText.Of(request.SignerId),
        Pin = FieldText.Of(request.Pin),
        PresentPin = FieldText.Of(request.PresentPin),
        Code = FieldText.Of(request.Code),
    };

    private static FactorInput From(Proto.RecoverRequest request)
        => new() { UserName = FieldText.Of(request.UserName) };

    private static FactorInput From(Proto.FinishPasswordRequest request) => new()
    {
        Link = FieldText.Of(request.Link),
        Password = FieldText.Of(request.Password),
    };

    private static FactorInput From(Proto.ChangePasswordRequest request) => new()
    {
        SignerId = FieldText.Of(request.SignerId),
        PresentPassword = FieldText.Of(request.PresentPassword),
        Password = FieldText.Of(request.Password),
    };

    private static FactorInput From(Proto.StartPhoneRequest request)
        => new() { SignerId = FieldText.Of(request.SignerId) };

    private static FactorInput From(Proto.ConfirmPhoneRequest request) => new()
    {
        SignerId = FieldText.Of(request.SignerId),
        Code = FieldText.Of(request.Code),
        Phone = FieldText.Of(request.Phone),
    };

    private static FactorInput From(Proto.FinishPhoneRequest request) => new()
    {
        SignerId = FieldText.Of(request.SignerId),
        Code = FieldText.Of(request.Code),
    };

    private FactorOperation? Invite(Proto.InviteRequest request) => request.Purpose switch
    {
        "pairing" => factors.InvitePairingAsync,
        "activation" => factors.InviteActivationAsync,
        _ => null,
    };

    private void Add<TRequest, TResponse>(
        GrpcMethods methods,
        string name,
        Func<TRequest, FactorInput> read,
        Func<TRequest, FactorOperation?> choose,
        Func<FactorAnswer, TResponse> write)
        where TRequest : class, IBufferMessage, IMessage<TRequest>, new()
        where TResponse : class, IBufferMessage, IMessage<TResponse>, new()
    {
        var isStatus = string.Equals(name, "Status", StringComparison.Ordinal);
        Func<EnrolmentResult, FactorAnswer> tell = isStatus ? FactorAnswers.FromStatus : FactorAnswers.From;
        var method = Proto.FactorsReflection.Descriptor.Services[0].FindMethodByName(name);
        methods.Unary<TRequest, TResponse>(
            method,
            async (request, context) =>
            {
                var answer = await RunAsync(method.FullName, read(request), choose(request), context);
                return answer.Error is { } error
                    ? GrpcCalls.Fail<TResponse>(context, error)
                    : write(tell(answer.Value));
            },
            s_open);
    }

    private async ValueTask<Answer<EnrolmentResult>> RunAsync(
        string name, FactorInput input, FactorOperation? operation, GrpcCallContext context)
    {
        if (operation is null)
        {
            return CscErrors.InvalidParameter("purpose");
        }

        try
        {
            return await calls.RunAsync(
                name,
                operation,
                context.Http.Request.Headers.Authorization,
                input,
                PeerFacts.Of(context.Http).IsSafe,
                context.CancellationToken);
        }
        catch (StoreException away) when (away.IsTemporary)
        {
            return CscErrors.StoreAway;
        }
    }
}
