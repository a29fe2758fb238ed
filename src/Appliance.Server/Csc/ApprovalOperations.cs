using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Views;
using Appliance.Server.Enrolments;
using Appliance.Signing;
using Appliance.Storage;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Csc;

/// <summary>
/// Deciding what waits for a signer, wire-neutral: by the link that the signer was sent, which needs no token, or by
/// the approval's id and a token. Never by the handle, which is the asking client's alone.
/// </summary>
internal sealed class ApprovalOperations(
    CscOperations operations, SigningService signing, OpenAdmission admission, TimeProvider time)
{
    /// <summary>
    /// A place, then the operation in a caller's name, or in nobody's where there is a link: such calls have few places
    /// of all, and a link crosses no wire in clear.
    /// </summary>
    public async ValueTask<Answer<T>> EnterAsync<T>(
        StringValues authorization,
        bool isSafe,
        ApprovalInput input,
        CscOperation<ApprovalInput, T> operation,
        CancellationToken cancellationToken)
    {
        var known = input.Link.State == FieldState.Absent;
        if ((known || isSafe ? admission.TryEnter(known) : CscErrors.LoginNeedsTls) is { } refusal)
        {
            return refusal;
        }

        try
        {
            return known
                ? await RunAsync(authorization, input, operation, cancellationToken)
                : await operation(CscVersion.V2, default, input, cancellationToken);
        }
        finally
        {
            admission.Leave(known);
        }
    }

    private async ValueTask<Answer<T>> RunAsync<T>(
        StringValues authorization,
        ApprovalInput input,
        CscOperation<ApprovalInput, T> operation,
        CancellationToken cancellationToken)
    {
        var who = await operations.EnterAsync(authorization);
        if (who.Error is { } unknown)
        {
            return unknown;
        }

        try
        {
            return await operation(CscVersion.V2, who.Caller, input, cancellationToken);
        }
        finally
        {
            who.Leave();
        }
    }

    public async ValueTask<Answer<ApprovalAnswer>> ShowAsync(
        CscVersion version, Caller caller, ApprovalInput input, CancellationToken cancellationToken)
    {
        if (await DemandAsync(caller, CscMethods.ApprovalShow, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        if (Read(input, caller, out var reference) is { } error)
        {
            return await RefuseAsync(CscMethods.ApprovalShow, input, caller, error, cancellationToken);
        }

        return signing.FindApproval(reference) is { } info
            ? ApprovalView.Of(info, time.GetUtcNow())
            : await RefuseAsync(
                CscMethods.ApprovalShow,
                input,
                caller,
                StatusTable.ErrorFor(SigningStatus.ApprovalUnknown, version),
                cancellationToken);
    }

    public async ValueTask<Answer<ApprovalStateAnswer>> ApproveAsync(
        CscVersion _, Caller caller, ApprovalInput input, CancellationToken cancellationToken)
    {
        if (await DemandAsync(caller, CscMethods.ApprovalApprove, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        var error = Read(input, caller, out var reference)
            ?? (input.Otp.IsWrongType ? CscErrors.MissingString("OTP") : null);
        if (error is not null)
        {
            return await RefuseAsync(CscMethods.ApprovalApprove, input, caller, error, cancellationToken);
        }

        // In version 1's words, which say what is wrong: whoever approves is no client that should not know.
        var status = await signing.ApproveAsync(reference, input.Otp.ValueOrNull, cancellationToken);
        return status == SigningStatus.Ok
            ? new ApprovalStateAnswer(ApprovalView.Approved)
            : StatusTable.ErrorFor(status, CscVersion.V1);
    }

    public async ValueTask<Answer<ApprovalStateAnswer>> DenyAsync(
        CscVersion _, Caller caller, ApprovalInput input, CancellationToken cancellationToken)
    {
        if (await DemandAsync(caller, CscMethods.ApprovalDeny, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        if (Read(input, caller, out var reference) is { } error)
        {
            return await RefuseAsync(CscMethods.ApprovalDeny, input, caller, error, cancellationToken);
        }

        var status = await signing.DenyAsync(reference, cancellationToken);
        return status == SigningStatus.Ok
            ? new ApprovalStateAnswer(ApprovalView.Denied)
            : StatusTable.ErrorFor(status, CscVersion.V1);
    }

    /// <summary>What waits for the caller, or for a signer of a client that approves.</summary>
    public async ValueTask<Answer<ApprovalListAnswer>> ListAsync(
        CscVersion _, Caller caller, ApprovalInput input, CancellationToken cancellationToken)
    {
        if (await DemandAsync(caller, CscMethods.ApprovalList, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        var signerId = caller.SignerId;
        if (input.SignerId.IsWrongType
            || (input.SignerId.IsPresent && !Guid.TryParseExact(input.SignerId.Value, "D", out signerId)))
        {
            return await RefuseAsync(
                CscMethods.ApprovalList, input, caller, CscErrors.InvalidParameter("signerID"), cancellationToken);
        }

        var now = time.GetUtcNow();
        return new ApprovalListAnswer(
            [.. signing.ListApprovals(caller, signerId).Select(info => ApprovalView.Of(info, now))]);
    }

    /// <summary>Clients need leave to approve; a signer decides its own, and a link's bearer is nobody yet.</summary>
    private async ValueTask<CscError?> DemandAsync(
        Caller caller, string method, CancellationToken cancellationToken)
        => caller.IsClient
            ? await operations.DemandAsync(caller, ClientOperations.Approve, method, cancellationToken)
            : null;

    private static CscError? Read(ApprovalInput input, Caller caller, out ApprovalReference reference)
    {
        reference = new ApprovalReference { Link = input.Link.ValueOrNull };
        if (input.Link.State != FieldState.Absent)
        {
            return input.Link.IsWrongType ? CscErrors.MissingString("link") : null;
        }

        if (!input.ApprovalId.IsPresent)
        {
            return CscErrors.MissingString("approvalID");
        }

        if (!Guid.TryParseExact(input.ApprovalId.Value, "D", out var id))
        {
            return CscErrors.InvalidParameter("approvalID");
        }

        reference = new ApprovalReference { Caller = caller, ApprovalId = id };
        return null;
    }

    /// <summary>A stranger with a link that is none fills no store.</summary>
    private async ValueTask<CscError> RefuseAsync(
        string method, ApprovalInput input, Caller caller, CscError error, CancellationToken cancellationToken)
        => input.Link.State == FieldState.Absent
            ? await operations.RefuseAsync(caller, method, null, error, cancellationToken)
            : error;
}
