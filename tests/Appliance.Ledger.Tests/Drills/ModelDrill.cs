using Appliance.Storage;

namespace Appliance.Ledger.Tests.Drills;

/// <summary>
/// Random work against a ledger and against a model of it in memory, one step after the other: open, reserve, settle,
/// extend, let expire, disable and enable the credential, crash. Each answer and each sum must be the model's.
/// </summary>
internal sealed class ModelDrill(LedgerFixture ledger, int seed)
{
    private const int MostInFlight = 12;

    private readonly Random _random = new(seed);
    private readonly byte[][] _pool = LedgerFixture.Hashes(12);
    private readonly List<ModelActivation> _activations = [];
    private readonly List<(Reservation Reservation, ModelActivation Of, int[] Hashes)> _inFlight = [];
    private readonly Dictionary<AuditEvent, int> _records = [];
    private readonly List<string> _faults = [];
    private bool _enabled = true;
    private long _version = 1;
    private int _step;

    /// <summary>Reservations that were granted: a drill in which few are shows little.</summary>
    public int Granted => _records.GetValueOrDefault(AuditEvent.SignHashIntent);

    /// <summary>Runs this many steps; ends at the first fault, as all that follows would be one.</summary>
    /// <returns>Where the ledger was not as the model; empty when it always was.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(int steps)
    {
        await OpenAsync();
        for (_step = 1; _step <= steps && _faults.Count == 0; _step++)
        {
            await StepAsync(_random.Next(1_000));
            if (_step % 50 == 0)
            {
                _activations.ForEach(Compare);
            }
        }

        while (_inFlight.Count > 0 && _faults.Count == 0)
        {
            await SettleAsync();
        }

        _activations.ForEach(Compare);
        CompareAudit();
        return _faults;
    }

    private Task StepAsync(int chance) => chance switch
    {
        < 300 when !_enabled => ToggleAsync(),
        < 120 => OpenAsync(),
        < 560 when _inFlight.Count < MostInFlight => ReserveAsync(),
        < 900 when _inFlight.Count > 0 => SettleAsync(),
        < 940 => ExtendAsync(),
        < 960 => ToggleAsync(),
        < 968 => CrashAsync(),
        _ => LetTimePass(),
    };

    private Task LetTimePass()
    {
        ledger.Time.Advance(TimeSpan.FromSeconds(_random.Next(40)));
        return Task.CompletedTask;
    }

    private async Task OpenAsync()
    {
        var scal = _random.Next(1, 3);
        var hashes = scal == 1 ? [] : Choose(1, 8);
        var total = hashes.Length + _random.Next(scal == 1 ? 1 : 0, 9);
        var grant = ledger.Grant([.. hashes.Select(index => _pool[index])], total, scal);
        await ledger.OpenAsync(grant);
        _activations.Add(new ModelActivation(grant.ActivationId, scal, total, grant.ExpiresAt, hashes));
    }

    private async Task ReserveAsync()
    {
        var activation = Pick();
        var wanted = activation.Scal == 2 && _random.Next(6) > 0 ? ChooseFree(activation) : Choose(1, 4);
        var stale = _random.Next(20) == 0;
        var expected = activation.Check(ledger.Now, _enabled);
        if (expected == ReservationStatus.Ok)
        {
            expected = stale ? ReservationStatus.CredentialChanged : activation.Take(wanted);
        }

        var request = ledger.Request(activation.Id, [.. wanted.Select(index => _pool[index])]);
        var (status, reservation) = await ledger.ReserveAsync(
            request with { CredentialVersion = stale ? _version + 1 : _version });
        Expect($"reservation of {wanted.Length}", expected, status);
        if (status == ReservationStatus.Ok)
        {
            _inFlight.Add((reservation, activation, wanted));
        }

        if (expected != ReservationStatus.CredentialChanged)
        {
            Count(expected == ReservationStatus.Ok ? AuditEvent.SignHashIntent : AuditEvent.SignHashRefused);
        }

        Compare(activation);
    }

    private async Task SettleAsync()
    {
        var at = _random.Next(_inFlight.Count);
        var (reservation, activation, hashes) = _inFlight[at];
        _inFlight.RemoveAt(at);
        var outcome = (ReservationOutcome)_random.Next(3);
        await ledger.SettleAsync(reservation, outcome);
        activation.Settle(hashes, outcome);
        Count(outcome switch
        {
            ReservationOutcome.Consumed => AuditEvent.SignHashDone,
            ReservationOutcome.Released => AuditEvent.SignHashReleased,
            _ => AuditEvent.SignHashSpent,
        });
        Compare(activation);
    }

    private async Task ExtendAsync()
    {
        var old = Pick();
        var hashes = old.Scal == 1 ? [] : Choose(1, 4);
        var expected = old.Check(ledger.Now, _enabled);
        if (expected == ReservationStatus.Ok && old.Remaining < Math.Max(1, hashes.Length))
        {
            expected = ReservationStatus.Exhausted;
        }

        var grant = ledger.Grant(
            [.. hashes.Select(index => _pool[index])], Math.Max(1, hashes.Length), old.Scal);
        var (result, _) = await ledger.ExtendAsync(
            old.Id, grant, ExtensionPolicy.Seal, _version, lifetime: 1_000_000_000_000);
        var carried = expected == ReservationStatus.Ok ? old.Remaining : 0;
        Expect("extension", (expected, carried), (result.Status, result.Remaining));
        if (result.Status == ReservationStatus.Ok)
        {
            _activations.Add(new ModelActivation(grant.ActivationId, old.Scal, carried, grant.ExpiresAt, hashes));
            old.Close();
            Compare(_activations[^1]);
        }

        Compare(old);
    }

    private async Task ToggleAsync()
    {
        _enabled = !_enabled;
        _version++;
        var state = _enabled ? CredentialState.Enabled : CredentialState.Suspended;
        Expect("change", true, await ledger.WriteAsync(c => c.Credentials.SetState(ledger.Credential, state)));
    }

    private async Task CrashAsync()
    {
        await ledger.RestartAsync();
        if (_inFlight.Count > 0)
        {
            Count(AuditEvent.LedgerRecovered);
        }

        foreach (var (_, activation, hashes) in _inFlight)
        {
            activation.Settle(hashes, ReservationOutcome.Spent);
            Count(AuditEvent.SignHashSpent);
        }

        _inFlight.Clear();
        _activations.ForEach(Compare);
    }

    private void Compare(ModelActivation activation)
    {
        Expect($"tally of {activation.Id}", activation.Tally, ledger.Tally(activation.Id));
        if (!activation.IsVoid)
        {
            Expect($"what is left of {activation.Id}", activation.Remaining, ledger.Remaining(activation.Id));
        }
    }

    private void CompareAudit()
    {
        foreach (var auditEvent in new[]
        {
            AuditEvent.SignHashIntent, AuditEvent.SignHashRefused, AuditEvent.SignHashDone,
            AuditEvent.SignHashReleased, AuditEvent.SignHashSpent, AuditEvent.LedgerRecovered,
        })
        {
            Expect(
                $"records of {auditEvent}", _records.GetValueOrDefault(auditEvent), ledger.Audit(auditEvent).Count);
        }
    }

    private void Expect<T>(string what, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            _faults.Add($"seed {seed}, step {_step}: {what} is {actual}, the model says {expected}");
        }
    }

    private void Count(AuditEvent auditEvent)
        => _records[auditEvent] = _records.GetValueOrDefault(auditEvent) + 1;

    /// <summary>One of the youngest, which are open more often, or any.</summary>
    private ModelActivation Pick() => _random.Next(4) == 0
        ? _activations[_random.Next(_activations.Count)]
        : _activations[^(1 + _random.Next(Math.Min(4, _activations.Count)))];

    /// <summary>Some of the hashes that may still be signed.</summary>
    private int[] ChooseFree(ModelActivation activation)
    {
        int[] free = [.. activation.Free];
        _random.Shuffle(free);
        return free.Length == 0 ? Choose(1, 2) : free[.._random.Next(1, Math.Min(4, free.Length) + 1)];
    }

    private int[] Choose(int least, int most)
        => [.. Enumerable.Range(0, _random.Next(least, most + 1)).Select(_ => _random.Next(_pool.Length))];
}
