namespace Appliance.Ledger.Tests;

/// <summary>A time stamp on its way through the ledger.</summary>
internal sealed class TimestampScene
{
    private readonly CommitLoop _loop;
    private readonly TimestampTerms _terms;
    private readonly TimestampIntent _intent;
    private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AuditRecord _record;

    public TimestampScene(CommitLoop loop, TimestampTerms terms)
    {
        _loop = loop;
        _terms = terms;
        _intent = new TimestampIntent(_ => _decided.SetResult(), _ => _settled.SetResult());
    }

    public TimestampIntentStatus Status => _intent.Status;

    public TimestampRefusal Refusal => _intent.Refusal;

    public TimestampTaking Taking => _terms.Taking;

    public Guid RequestId => _record.RequestId!.Value;

    public async Task StartAsync(TestClaim claim, long now)
    {
        Enqueue(claim, now);
        await _decided.Task;
    }

    /// <summary>Hands it to the loop; <see cref="DecidedAsync"/> waits.</summary>
    public void Enqueue(TestClaim claim, long now)
    {
        _record = new AuditRecord
        {
            At = now,
            Event = AuditEvent.TimestampIntent,
            SignerId = claim.SignerId,
            ClientId = claim.ClientId,
            RequestId = Guid.NewGuid(),
            Count = 1,
            Digest = claim.Imprint,
            Detail = "unit test",
        };
        _intent.Prepare(_record, _terms);
        Assert.True(_loop.TryEnqueue(_intent));
    }

    public Task DecidedAsync() => _decided.Task;

    /// <summary>There is a token; returns when that is stored.</summary>
    public Task IssueAsync() => SettleAsync(AuditEvent.TimestampIssued, AuditOutcome.Ok);

    /// <summary>There is none after all; returns when that is stored.</summary>
    public Task FailAsync() => SettleAsync(AuditEvent.TimestampFailed, AuditOutcome.Failed);

    private Task SettleAsync(AuditEvent happened, AuditOutcome outcome)
    {
        _intent.Settle(_loop, _record with { Event = happened, Outcome = outcome });
        return _settled.Task;
    }
}
