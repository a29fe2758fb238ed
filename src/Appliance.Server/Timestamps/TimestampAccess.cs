using Appliance.Server.Csc;
using Appliance.Server.Csc.Lanes;
using Appliance.Server.Hosting.Peers;
using Appliance.Server.Options;
using Appliance.Signing;
using Appliance.Storage;
using Appliance.Timestamping;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Timestamps;

/// <summary>
/// Who may have time stamps of a unit, and on what terms: one answer for HTTP, CSC and gRPC. What the settings and a
/// token say is decided here; what the store says, in the transaction of the stamp's intent.
/// </summary>
/// <param name="operations">Knows tokens of access.</param>
/// <param name="signing">Knows who pays.</param>
/// <param name="settingsOf">A unit's settings.</param>
/// <param name="strangers">How fast callers without a token may be; null for no limit.</param>
/// <param name="service">The authority.</param>
/// <param name="admission">Whether there is time for one.</param>
/// <param name="time">The clock.</param>
internal sealed class TimestampAccess(
    CscOperations operations,
    SigningService signing,
    Func<TimestampUnit, TimestampUnitSettings> settingsOf,
    StrangerGates? strangers,
    TimestampService service,
    Admission admission,
    TimeProvider time)
{
    /// <summary>
    /// Who calls; an error when that must be known and is not. A client's gate is entered, or a stranger's:
    /// <see cref="Authentication.Leave"/> gives it back. Who shows a token is known by it in an open unit too.
    /// </summary>
    /// <param name="authorization">The Authorization header.</param>
    /// <param name="unit">Who is to answer.</param>
    /// <param name="http">Tells a stranger's address; without it all strangers share a limit.</param>
    public async ValueTask<Authentication> EnterAsync(
        StringValues authorization, TimestampUnit unit, HttpContext? http = null)
    {
        if (authorization.Count > 0 || settingsOf(unit) is not { IsOpen: true, RequireTransaction: false })
        {
            return await operations.EnterAsync(authorization);
        }

        if (strangers is null)
        {
            return default;
        }

        var gate = strangers.Of(http is null ? null : PeerFacts.Of(http).Address);
        return gate.TryEnter(out var retryAfter)
            ? new Authentication(null, Gate: gate)
            : new Authentication(TimestampErrors.TooFast.After(retryAfter));
    }

    /// <summary>The call on its terms, or why the caller may not make it.</summary>
    /// <param name="caller">From <see cref="EnterAsync"/>; default for anybody.</param>
    /// <param name="unit">Who is to answer.</param>
    /// <param name="request">DER of the TimeStampReq.</param>
    /// <param name="credentialId">For whose signer, where a client asks; null for none.</param>
    /// <param name="method">The method's name, for the audit trail.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A call for one time stamp: its terms remember what they took.</returns>
    public async ValueTask<Answer<StampCall>> AdmitAsync(
        Caller caller,
        TimestampUnit unit,
        ReadOnlyMemory<byte> request,
        Guid? credentialId,
        string method,
        CancellationToken cancellationToken)
    {
        if (caller == default)
        {
            // Strangers have no credentials, whatever they name.
            return credentialId is null ? new StampCall(unit, request) : CscErrors.MissingHeader;
        }

        if (await operations.DemandAsync(caller, ClientOperations.Timestamp, method, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var requireTransaction = settingsOf(unit).RequireTransaction;
        if (requireTransaction && caller.IsClient && credentialId is null)
        {
            return await RefuseAsync(caller, method, null, TimestampErrors.NamesNoCredential, cancellationToken);
        }

        // What is wrong with the request is the unit's to say, and costs nobody anything.
        if (unit.Read(request, out var read) != TimestampFailure.None)
        {
            return new StampCall(unit, request);
        }

        var order = new TimestampOrder(
            caller,
            credentialId,
            ImprintAlgorithms.Of(read.HashAlgorithmOid.Span)
                ?? throw new InvalidOperationException("A unit takes an algorithm that the ledger does not know."),
            requireTransaction);
        try
        {
            var status = signing.FindTimestampTerms(order, out var terms, out var signerId);
            return status == SigningStatus.Ok
                ? new StampCall(
                    unit, request, signerId, caller.ClientId == Guid.Empty ? null : caller.ClientId, terms)
                : await RefuseAsync(
                    caller, method, credentialId, StatusTable.ErrorFor(status, CscVersion.V2), cancellationToken);
        }
        catch (StoreException away) when (away.IsTemporary)
        {
            return CscErrors.StoreAway;
        }
    }

    /// <summary>One time stamp, unless there is no time for it: then nothing was asked of anybody.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <param name="call">From <see cref="AdmitAsync"/>.</param>
    /// <param name="timeLeft">Until the caller gives up; infinite when nobody knows.</param>
    public ValueTask<Answer<StampResult>> StampAsync(Caller caller, in StampCall call, TimeSpan timeLeft)
        => admission.TryBegin(caller, 1, timeLeft, out var work) is { } busy
            ? new ValueTask<Answer<StampResult>>(busy)
            : StampAsync(call with { Deadline = work.Deadline }, work);

    /// <summary>The same for an item of a stream, which has waited for its place.</summary>
    public ValueTask<Answer<StampResult>> StampItemAsync(Caller caller, in StampCall call)
        => StampAsync(call with { IsBulk = true }, admission.BeginItem(caller, 1));

    /// <summary>The same for many digests of one call.</summary>
    public CscError? TryBegin(Caller caller, int digests, out AdmittedWork work)
        => admission.TryBegin(caller, digests, Timeout.InfiniteTimeSpan, out work);

    /// <summary>Why there is no TimeStampResp; null when there is one.</summary>
    public CscError? ErrorOf(in StampResult result) => TimestampErrors.Of(result, time.GetUtcNow());

    /// <summary>A refusal of a call that never became one, in the audit trail once the caller is known.</summary>
    public ValueTask<CscError> RefuseAsync(
        Caller caller, string method, Guid? credentialId, CscError error, CancellationToken cancellationToken)
        => caller == default
            ? new ValueTask<CscError>(error)
            : operations.RefuseAsync(caller, method, credentialId, error, cancellationToken);

    private async ValueTask<Answer<StampResult>> StampAsync(StampCall call, AdmittedWork work)
    {
        var gaveUp = false;
        try
        {
            var result = await service.StampAsync(call);
            gaveUp = result.Status == StampStatus.Overloaded;
            return result;
        }
        finally
        {
            work.End(gaveUp);
        }
    }
}
