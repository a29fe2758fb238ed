using Appliance.Server.Csc;
using Appliance.Signing;
using Appliance.Storage;
using Appliance.Timestamping;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Timestamps;

/// <summary>
/// Who may have time stamps of a unit, and on what terms: one answer for HTTP, CSC and gRPC. Which units are open is
/// the settings' to say.
/// </summary>
/// <param name="operations">Knows tokens of access.</param>
/// <param name="isOpen">Whether anybody may have time stamps of a unit.</param>
internal sealed class TimestampAccess(CscOperations operations, Func<TimestampUnit, bool> isOpen)
{
    /// <summary>
    /// Who calls; an error when that must be known and is not. A client's gate is entered:
    /// <see cref="Authentication.Leave"/> gives it back.
    /// </summary>
    public async ValueTask<Authentication> EnterAsync(StringValues authorization, TimestampUnit unit)
        => isOpen(unit) && authorization.Count == 0
            ? default
            : await operations.EnterAsync(authorization);

    /// <summary>The call on its terms, or why the caller may not make it.</summary>
    /// <param name="caller">From <see cref="EnterAsync"/>; default for anybody.</param>
    /// <param name="unit">Who is to answer.</param>
    /// <param name="request">DER of the TimeStampReq.</param>
    /// <param name="credentialId">For whose signer, where a client asks; null for none.</param>
    /// <param name="method">The method's name, for the audit trail.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Answer<StampCall>> AdmitAsync(
        Caller caller,
        TimestampUnit unit,
        ReadOnlyMemory<byte> request,
        Guid? credentialId,
        string method,
        CancellationToken cancellationToken)
    {
        _ = credentialId;
        if (caller == default)
        {
            return new StampCall(unit, request);
        }

        if (await operations.DemandAsync(caller, ClientOperations.Timestamp, method, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        return new StampCall(
            unit,
            request,
            caller.SignerId == Guid.Empty ? null : caller.SignerId,
            caller.ClientId == Guid.Empty ? null : caller.ClientId);
    }
}
