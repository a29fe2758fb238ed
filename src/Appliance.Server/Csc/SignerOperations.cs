using System.Globalization;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Views;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Server.Csc;

/// <summary>
/// What a signer, or a client that manages it, sees of its account, and what takes a signer out of service;
/// wire-neutral.
/// </summary>
internal sealed class SignerOperations(
    CscOperations operations, Store store, SignerReach reach, SignerLimits limits, TimeProvider time) : IDisposable
{
    private const int DefaultPage = 100;
    private const int MostOfPage = 1_000;

    /// <summary>
    /// The trail has no index by signer, as it is written twice for each signature: one reader at a time, and others
    /// come back.
    /// </summary>
    private readonly SemaphoreSlim _history = new(1);

    public ValueTask<Answer<ProfilesAnswer>> ProfilesAsync(
        CscVersion _, Caller caller, SignerInput input, CancellationToken cancellationToken)
        => ReadAsync(
            CscMethods.SignerProfiles,
            caller,
            input,
            (connection, id, _) => SignerView.Profiles(
                connection,
                id,
                reach.CredentialsOf(connection, caller, id),
                isWhole: reach.IncludesAll(connection, caller, id)),
            cancellationToken);

    public ValueTask<Answer<PackagesAnswer>> PackagesAsync(
        CscVersion _, Caller caller, SignerInput input, CancellationToken cancellationToken)
        => ReadAsync(
            CscMethods.SignerPackages,
            caller,
            input,
            (connection, id, now) => SignerView.Packages(
                connection, id, reach.CredentialsOf(connection, caller, id), now),
            cancellationToken);

    public async ValueTask<Answer<HistoryAnswer>> HistoryAsync(
        CscVersion _, Caller caller, SignerInput input, CancellationToken cancellationToken)
    {
        var query = new AuditQuery();
        // A client that was given one credential of a signer shall not read what it does through others.
        var wrong = caller.IsClient && !caller.Operations.HasFlag(ClientOperations.Manage)
            ? CscErrors.NotAllowed
            : null;
        if ((wrong ?? ReadPage(input, out query)) is { } refusal)
        {
            return await operations.RefuseAsync(
                caller, CscMethods.SignerHistory, null, refusal, cancellationToken);
        }

        if (!await _history.WaitAsync(0, cancellationToken))
        {
            return CscErrors.Busy;
        }

        try
        {
            return await ReadAsync(
                CscMethods.SignerHistory,
                caller,
                input,
                (connection, id, _) => SignerView.History(connection, query with { SignerId = id }),
                cancellationToken);
        }
        finally
        {
            _history.Release();
        }
    }

    public ValueTask<Answer<LimitAnswer>> LimitAsync(
        CscVersion _, Caller caller, SignerInput input, CancellationToken cancellationToken)
        => ChangeAsync(
            CscMethods.SignerLimit, "limited", reach.Includes, limits.LimitAsync, caller, input, cancellationToken);

    /// <summary>
    /// Whoever uses one of a signer's credentials may take it out of service; what that has ended for others too is not
    /// its to bring back.
    /// </summary>
    public ValueTask<Answer<LimitAnswer>> RestoreAsync(
        CscVersion _, Caller caller, SignerInput input, CancellationToken cancellationToken)
        => ChangeAsync(
            CscMethods.SignerRestore,
            "active",
            reach.IncludesAll,
            limits.RestoreAsync,
            caller,
            input,
            cancellationToken);

    public void Dispose() => _history.Dispose();

    private async ValueTask<Answer<T>> ReadAsync<T>(
        string method,
        Caller caller,
        SignerInput input,
        Func<StoreConnection, Guid, DateTimeOffset, T> read,
        CancellationToken cancellationToken)
    {
        var error = ReadSigner(caller, input, ClientOperations.Read | ClientOperations.Manage, out var signerId);
        Answer<T>? answer = null;
        if (error is null)
        {
            answer = store.Read<Answer<T>?>(connection => reach.Includes(connection, caller, signerId)
                && connection.Signers.Find(signerId) is not null
                    ? read(connection, signerId, time.GetUtcNow())
                    : null);
        }

        return answer
            ?? await operations.RefuseAsync(
                caller, method, null, error ?? CscErrors.UnknownSigner, cancellationToken);
    }

    private async ValueTask<Answer<LimitAnswer>> ChangeAsync(
        string method,
        string state,
        Func<StoreConnection, Caller, Guid, bool> mayChange,
        Func<Guid, string?, Guid?, CancellationToken, Task<Limitation>> change,
        Caller caller,
        SignerInput input,
        CancellationToken cancellationToken)
    {
        var error = ReadSigner(caller, input, ClientOperations.Manage, out var signerId);
        if (error is null && !store.Read(connection => mayChange(connection, caller, signerId)))
        {
            error = CscErrors.UnknownSigner;
        }

        if (error is not null)
        {
            return await operations.RefuseAsync(caller, method, null, error, cancellationToken);
        }

        try
        {
            var done = await change(signerId, null, caller.ClientId, cancellationToken);
            return new LimitAnswer(signerId.ToString("D"), state, done.Credentials.Count);
        }
        catch (DirectoryException refusal)
        {
            var told = refusal.Fault switch
            {
                DirectoryFault.NotLimited => CscErrors.NotLimited,
                DirectoryFault.Overloaded => CscErrors.Busy,
                _ => CscErrors.UnknownSigner,
            };
            return await operations.RefuseAsync(caller, method, null, told, cancellationToken);
        }
    }

    /// <summary>One of the operations is enough; only a client that calls in its own name names a signer.</summary>
    private static CscError? ReadSigner(Caller caller, SignerInput input, ClientOperations anyOf, out Guid signerId)
    {
        signerId = caller.SignerId;
        if ((caller.Operations & anyOf) == ClientOperations.None)
        {
            return CscErrors.NotAllowed;
        }

        if (input.SignerId.State == FieldState.Absent)
        {
            return caller.IsClient ? CscErrors.MissingString("signerID") : null;
        }

        if (input.SignerId.IsWrongType)
        {
            return CscErrors.MissingString("signerID");
        }

        return Guid.TryParseExact(input.SignerId.Value, "D", out signerId)
            ? null
            : CscErrors.InvalidParameter("signerID");
    }

    private static CscError? ReadPage(SignerInput input, out AuditQuery query)
    {
        query = new AuditQuery();
        long after = 0;
        if (input.Limit.State == FieldState.WrongType
            || (input.Limit.IsPresent && input.Limit.Value is < 1 or > MostOfPage))
        {
            return CscErrors.InvalidParameter("limit");
        }

        if (input.Cursor.IsWrongType || (input.Cursor.IsPresent && !long.TryParse(
                input.Cursor.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out after)))
        {
            return CscErrors.InvalidParameter("cursor");
        }

        var name = input.Event.ValueOrNull is { } text ? AuditEvents.Parse(text) : AuditEvent.Unknown;
        if (input.Event.IsWrongType || (input.Event.IsPresent && name == AuditEvent.Unknown))
        {
            return CscErrors.InvalidParameter("event");
        }

        query = new AuditQuery
        {
            After = input.Cursor.IsPresent ? after : null,
            Limit = input.Limit.IsPresent ? (int)input.Limit.Value : DefaultPage,
            Event = input.Event.IsPresent ? name : null,
        };
        return null;
    }
}
