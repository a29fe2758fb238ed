using Appliance.Grpc;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Google.Protobuf;
using Proto = Appliance.V1;

namespace Appliance.Server.Grpc;

/// <summary>A signer's account of appliance.v1, each method the same operation as its REST path.</summary>
internal sealed class SignerGrpcService(SignerOperations signers, GrpcCalls calls)
{
    /// <summary>Maps all methods.</summary>
    public void Map(GrpcMethods methods)
    {
        var service = Proto.SignersReflection.Descriptor.Services[0];
        methods
            .Unary<Proto.SignerRequest, Proto.ProfilesResponse>(
                service.FindMethodByName("Profiles"),
                (request, context) => calls.RunAsync(request, context, From, signers.ProfilesAsync, From),
                calls.Known)
            .Unary<Proto.SignerRequest, Proto.PackagesResponse>(
                service.FindMethodByName("Packages"),
                (request, context) => calls.RunAsync(request, context, From, signers.PackagesAsync, From),
                calls.Known)
            .Unary<Proto.HistoryRequest, Proto.HistoryResponse>(
                service.FindMethodByName("History"),
                (request, context) => calls.RunAsync(request, context, From, signers.HistoryAsync, From),
                calls.Known)
            .Unary<Proto.SignerRequest, Proto.LimitResponse>(
                service.FindMethodByName("Limit"),
                (request, context) => calls.RunAsync(request, context, From, signers.LimitAsync, From),
                calls.Known)
            .Unary<Proto.SignerRequest, Proto.LimitResponse>(
                service.FindMethodByName("Restore"),
                (request, context) => calls.RunAsync(request, context, From, signers.RestoreAsync, From),
                calls.Known);
    }

    private static SignerInput From(Proto.SignerRequest request)
        => new() { SignerId = FieldText.Of(request.SignerId) };

    private static SignerInput From(Proto.HistoryRequest request) => new()
    {
        SignerId = FieldText.Of(request.SignerId),
        Cursor = FieldText.Of(request.Cursor),
        Limit = request.HasLimit ? FieldNumber.Of(request.Limit) : default,
        Event = FieldText.Of(request.Event),
    };

    private static Proto.ProfilesResponse From(ProfilesAnswer answer)
    {
        var response = new Proto.ProfilesResponse { SignerId = answer.SignerId, State = answer.State };
        response.Profiles.Add(answer.Profiles.Select(From));
        return response;
    }

    private static Proto.Profile From(ProfileAnswer answer)
    {
        var profile = new Proto.Profile
        {
            ProfileId = answer.ProfileId,
            Kind = answer.Kind,
            Name = answer.Name,
            State = answer.State,
            CreatedAt = answer.CreatedAt,
        };
        profile.CredentialIds.Add(answer.CredentialIds);
        if (answer.OrganisationId is not null)
        {
            profile.OrganisationId = answer.OrganisationId;
        }

        if (answer.Organisation is not null)
        {
            profile.Organisation = answer.Organisation;
        }

        return profile;
    }

    private static Proto.PackagesResponse From(PackagesAnswer answer)
    {
        var response = new Proto.PackagesResponse { SignerId = answer.SignerId };
        response.Packages.Add(answer.Packages.Select(From));
        return response;
    }

    private static Proto.Package From(PackageAnswer answer)
    {
        var package = new Proto.Package
        {
            CredentialId = answer.CredentialId,
            State = answer.State,
            Total = answer.Total,
            Remaining = answer.Remaining,
        };
        if (answer.Plan is { } plan)
        {
            package.Plan = plan;
        }

        if (answer.ValidFrom is not null && answer.ValidUntil is not null)
        {
            (package.ValidFrom, package.ValidUntil) = (answer.ValidFrom, answer.ValidUntil);
        }

        return package;
    }

    private static Proto.HistoryResponse From(HistoryAnswer answer)
    {
        var response = new Proto.HistoryResponse();
        response.Records.Add(answer.Records.Select(From));
        if (answer.Cursor is not null)
        {
            response.Cursor = answer.Cursor;
        }

        return response;
    }

    private static Proto.HistoryRecord From(HistoryRecordAnswer answer)
    {
        var record = new Proto.HistoryRecord
        {
            At = answer.At,
            Event = answer.Event,
            Outcome = answer.Outcome,
            Count = answer.Count,
            Digest = ByteString.CopyFrom(answer.Digest),
        };
        if (answer.CredentialId is not null)
        {
            record.CredentialId = answer.CredentialId;
        }

        if (answer.ClientId is not null)
        {
            record.ClientId = answer.ClientId;
        }

        if (answer.RequestId is not null)
        {
            record.RequestId = answer.RequestId;
        }

        return record;
    }

    private static Proto.LimitResponse From(LimitAnswer answer)
        => new() { SignerId = answer.SignerId, State = answer.State, Credentials = answer.Credentials };
}
