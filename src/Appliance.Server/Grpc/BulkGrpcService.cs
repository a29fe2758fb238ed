using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Signing;
using Proto = Appliance.V1;

namespace Appliance.Server.Grpc;

/// <summary>The service of appliance.v1, each method the same operation as its REST path.</summary>
internal sealed class BulkGrpcService(BulkOperations bulk, GrpcCalls calls)
{
    /// <summary>Maps all methods.</summary>
    public void Map(GrpcMethods methods)
    {
        var service = Proto.BulkReflection.Descriptor.Services[0];
        methods
            .Unary<Proto.OpenRequest, Proto.OpenResponse>(
                service.FindMethodByName("Open"),
                (request, context) => calls.RunAsync(request, context, From, bulk.OpenAsync, From),
                calls.Known)
            .Unary<Proto.FillRequest, Proto.FillResponse>(
                service.FindMethodByName("Fill"),
                (request, context) => calls.RunAsync(
                    request, context, From, bulk.FillAsync, static _ => new Proto.FillResponse()),
                calls.Known)
            .Unary<Proto.CloseRequest, Proto.CloseResponse>(
                service.FindMethodByName("Close"),
                (request, context) => calls.RunAsync(request, context, From, bulk.CloseAsync, From),
                calls.Known);
    }

    private static BulkOpenInput From(Proto.OpenRequest request) => new()
    {
        CredentialId = FieldText.Of(request.CredentialId),
        NumSignatures = request.HasNumSignatures ? FieldNumber.Of(request.NumSignatures) : default,
    };

    private static BulkFillInput From(Proto.FillRequest request) => new()
    {
        ActivationId = FieldText.Of(request.ActivationId),
        First = request.HasFirst ? FieldNumber.Of(request.First) : default,
        Hashes = ProtoInputs.Hashes(request.Hashes),
    };

    private static BulkCloseInput From(Proto.CloseRequest request) => new()
    {
        ActivationId = FieldText.Of(request.ActivationId),
        NumSignatures = request.HasNumSignatures ? FieldNumber.Of(request.NumSignatures) : default,
        Digest = FieldBytes.Of(request.Digest.ToByteArray()),
        HashAlgorithmOid = FieldText.Of(request.HashAlgorithmOid),
        AuthData = request.AuthData.Count == 0
            ? default
            : FieldAuthData.Of([.. request.AuthData.Select(data => KeyValuePair.Create(data.Id, data.Value))]),
    };

    private static Proto.OpenResponse From(BulkOpenResult result)
        => new() { ActivationId = result.ActivationId.ToString("D"), ExpiresIn = result.ExpiresIn };

    private static Proto.CloseResponse From(AuthorizeResult result)
        => new() { Sad = result.Sad, ExpiresIn = result.ExpiresIn };
}
