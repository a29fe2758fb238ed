using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// One time stamp in the ledger: its audit record is durable before any key is used, and what it costs is taken in the
/// same transaction. How it ended rides in a later commit (<see cref="Settle"/>). One object serves one request at a
/// time and may be used again once it was refused or settled.
/// </summary>
public sealed class TimestampIntent : LedgerWork
{
    private static readonly string[] s_refusals = [.. Enum.GetNames<TimestampRefusal>()];

    private readonly Action<TimestampIntent> _completed;
    private readonly TimestampSettlement _settlement;
    private AuditRecord _record;
    private TimestampTerms? _terms;
    private TimestampRefusal _decided;

    /// <summary>Makes one.</summary>
    /// <param name="completed">
    /// Called once per request, on the commit loop's thread, when <see cref="Status"/> stands: it must not block.
    /// </param>
    /// <param name="settled">Called on the commit loop's thread when the outcome is stored, or can never be.</param>
    public TimestampIntent(Action<TimestampIntent> completed, Action<TimestampIntent>? settled = null)
    {
        ArgumentNullException.ThrowIfNull(completed);
        _completed = completed;
        _settlement = new TimestampSettlement(this, settled);
    }

    /// <summary>The caller's own.</summary>
    public object? State { get; set; }

    /// <summary>What the ledger decided; stands when <c>completed</c> is called.</summary>
    public TimestampIntentStatus Status { get; private set; }

    /// <summary>Why there is none, after Refused.</summary>
    public TimestampRefusal Refusal { get; private set; }

    /// <summary>True for one of many that nobody waits for: others go first.</summary>
    public bool OneOfMany { get; set; }

    /// <inheritdoc/>
    public override bool IsBulk => OneOfMany;

    /// <inheritdoc/>
    internal override bool Grants => _decided == TimestampRefusal.None;

    /// <summary>
    /// Time stamps have no order among them, so that they spread over all connections that write; but what a package
    /// or a quota pays for is one connection's.
    /// </summary>
    internal override Guid Activation
        => _terms is { Counts: true } ? Guid.Empty : _record.RequestId ?? Guid.Empty;

    /// <inheritdoc/>
    internal override Guid Client => _record.ClientId is { } client && client != Guid.Empty
        ? client
        : _record.SignerId ?? Guid.Empty;

    internal TimestampTerms? Terms => _terms;

    /// <summary>Sets the request, on the caller's thread; then the intent is enqueued.</summary>
    /// <param name="record">What goes on record: its event, and which request it is.</param>
    /// <param name="terms">Null where it costs nothing and everybody may have one.</param>
    public void Prepare(in AuditRecord record, TimestampTerms? terms)
    {
        _record = record;
        _terms = terms;
    }

    /// <summary>
    /// Stores how it ended, with the next commit; nobody waits for it. Called once, after <see cref="Status"/> was Ok.
    /// Never refused.
    /// </summary>
    /// <param name="loop">The loop that made the intent durable.</param>
    /// <param name="record">What goes on record; unless its outcome is Ok, what was taken is given back.</param>
    public void Settle(CommitLoop loop, in AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(loop);
        _settlement.Prepare(record);
        if (!loop.TryEnqueue(_settlement))
        {
            _settlement.Failed(new ObjectDisposedException(nameof(CommitLoop)));
        }
    }

    /// <inheritdoc/>
    public override void Announce(StoreKeys keys) => _terms?.Announce(keys);

    /// <inheritdoc/>
    public override void Apply(StoreConnection store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _decided = _terms?.Take(store, _record) ?? TimestampRefusal.None;
        AuditTrail.Append(
            store,
            _decided == TimestampRefusal.None
                ? _record
                : _record with
                {
                    Event = AuditEvent.TimestampRefused,
                    Outcome = AuditOutcome.Refused,
                    Detail = $"{s_refusals[(int)_decided]}, {_record.Detail}",
                });
    }

    /// <inheritdoc/>
    public override void Committed()
    {
        Refusal = _decided;
        Status = _decided == TimestampRefusal.None ? TimestampIntentStatus.Ok : TimestampIntentStatus.Refused;
        _completed(this);
    }

    /// <inheritdoc/>
    public override void Failed(Exception exception)
    {
        Status = exception is StoreException { IsTemporary: true }
            ? TimestampIntentStatus.StoreUnavailable
            : TimestampIntentStatus.StoreFailed;
        _completed(this);
    }
}
