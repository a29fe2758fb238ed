using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Rules;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Server.Csc;

/// <summary>Bulk activations, wire-neutral as <see cref="CscOperations"/> is.</summary>
internal sealed class BulkOperations(CscOperations operations, SigningService signing, Admission admission)
{
    public async ValueTask<Answer<BulkOpenResult>> OpenAsync(
        CscVersion version, Caller caller, BulkOpenInput input, CancellationToken cancellationToken)
    {
        if (await operations.DemandAsync(
                caller, ClientOperations.Authorize, CscMethods.BulkOpen, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        if (BulkRules.Read(input, caller, out var named, out var request) is { } error)
        {
            return await operations.RefuseAsync(caller, CscMethods.BulkOpen, named, error, cancellationToken);
        }

        var result = await signing.OpenBulkAsync(request!, cancellationToken);
        return result.Status == SigningStatus.Ok ? result : StatusTable.ErrorFor(result.Status, version);
    }

    public async ValueTask<Answer<bool>> FillAsync(
        CscVersion version, Caller caller, BulkFillInput input, CancellationToken cancellationToken)
    {
        if (await operations.DemandAsync(
                caller, ClientOperations.Authorize, CscMethods.BulkFill, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        if (BulkRules.Read(input, caller, out var request) is { } error)
        {
            return await operations.RefuseAsync(caller, CscMethods.BulkFill, null, error, cancellationToken);
        }

        if (admission.TryBeginBulk(caller, out var work) is { } busy)
        {
            return busy;
        }

        try
        {
            var status = await signing.FillBulkAsync(request!, cancellationToken);
            return status == SigningStatus.Ok ? true : StatusTable.ErrorFor(status, version);
        }
        finally
        {
            work.End();
        }
    }

    public async ValueTask<Answer<AuthorizeResult>> CloseAsync(
        CscVersion version, Caller caller, BulkCloseInput input, CancellationToken cancellationToken)
    {
        if (await operations.DemandAsync(
                caller, ClientOperations.Authorize, CscMethods.BulkClose, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        if (BulkRules.Read(input, caller, out var request) is { } error)
        {
            return await operations.RefuseAsync(caller, CscMethods.BulkClose, null, error, cancellationToken);
        }

        if (admission.TryBeginBulk(caller, out var work) is { } busy)
        {
            return busy;
        }

        try
        {
            var result = await signing.CloseBulkAsync(request!, cancellationToken);
            return result.Status == SigningStatus.Ok ? result : StatusTable.ErrorFor(result.Status, version);
        }
        finally
        {
            work.End();
        }
    }
}
