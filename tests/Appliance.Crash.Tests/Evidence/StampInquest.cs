using System.Security.Cryptography.X509Certificates;
using Appliance.Crash.Tests.Clients;
using Appliance.Crash.Tests.Stores;
using Appliance.Ledger;
using Appliance.Tests.Shared.Trails;
using Appliance.Timestamping;

namespace Appliance.Crash.Tests.Evidence;

/// <summary>
/// After each death of the servers: the time stamps that clients got, and what the witness saw of the token, held
/// against the audit trail.
/// </summary>
/// <param name="store">What the servers left.</param>
/// <param name="package">What time stamps of the paid unit draw on.</param>
/// <param name="certificates">By unit: its certificate and its authority's.</param>
internal sealed class StampInquest(
    StoreUnderTest store,
    PackageInquest package,
    IReadOnlyDictionary<string, X509Certificate2Collection> certificates)
{
    private readonly Dictionary<string, TimestampVerifier> _verifiers = certificates.ToDictionary(
        unit => unit.Key, unit => new TimestampVerifier([unit.Value[^1]], unit.Value), StringComparer.Ordinal);

    private readonly HashSet<string> _serials = new(StringComparer.Ordinal);
    private readonly StampTrail _trail = new();
    private readonly HashSet<string> _imprints = new(StringComparer.Ordinal);
    private long _last;
    private int _known;

    /// <summary>Time stamps that clients got.</summary>
    public int Received => _serials.Count;

    /// <summary>Time stamps that the audit trail has an intent of.</summary>
    public int Intents => _trail.Stamps.Count;

    /// <summary>Of these, with neither of both outcomes: the end of the server came before.</summary>
    public int Open => _trail.Stamps.Values.Count(stamp => stamp.Issued is null && stamp.Failed is null);

    /// <summary>What is wrong, and how far the lost requests had come.</summary>
    /// <param name="load">What clients sent and got.</param>
    /// <param name="signatures">C_Sign calls that the witness saw since the load began.</param>
    /// <param name="killedAt">Stopwatch ticks.</param>
    /// <param name="lost">Requests that were lost before their intent was durable, and behind it.</param>
    public IReadOnlyList<string> Examine(
        StampLoad load, int signatures, long killedAt, out (int Before, int Behind) lost)
    {
        var faults = Look();
        var (recorded, withIntent) = (Intents - _known, 0);
        _known = Intents;
        if (signatures > recorded)
        {
            faults.Add($"the token was asked {signatures} times on the evidence of {recorded} intents");
        }

        foreach (var token in load.Received)
        {
            faults.AddRange(FindFaults(token));
        }

        var sent = load.Lost.Where(request => request.Value < killedAt).ToList();
        withIntent = sent.Count(request => _imprints.Contains(request.Key));
        lost = (sent.Count - withIntent, withIntent);
        return faults;
    }

    /// <summary>The servers have ended in good order: every intent since has its outcome.</summary>
    public IReadOnlyList<string> Conclude(StampLoad load)
    {
        var open = Open;
        var faults = Examine(load, 0, 0, out _);
        return Open == open ? faults : [.. faults, $"{Open - open} intents have no outcome after a stop in good order"];
    }

    private List<string> Look()
    {
        var rows = store.Read(_last, []).Audit;
        _last = rows.Count > 0 ? rows[^1].Sequence : _last;
        var faults = _trail.Add(rows).ToList();
        foreach (var entry in rows.Where(entry => entry.Record.Event == AuditEvent.TimestampIntent))
        {
            _imprints.Add(Convert.ToHexString(entry.Record.Digest.Span));
        }

        faults.AddRange(package.Examine(rows, _trail));
        return faults;
    }

    private IEnumerable<string> FindFaults(ReceivedToken received)
    {
        var verified = _verifiers[received.Unit].Verify(received.Token, received.Digest);
        if (verified is not { Verdict: TimestampVerdict.Valid, Token: { } token })
        {
            yield return $"a token of {received.Unit} does not verify: {verified.Text}";
            yield break;
        }

        var serial = Convert.ToHexString(token.SerialNumber.Span).PadLeft(40, '0')[^40..];
        if (!_serials.Add(serial))
        {
            yield return $"serial number {serial} is on two tokens";
        }

        if (!_trail.Stamps.TryGetValue(serial, out var stamp))
        {
            yield return $"serial number {serial} was answered, and the audit trail has no intent of it";
            yield break;
        }

        if (stamp.Unit != received.Unit || stamp.Imprint != Convert.ToHexString(received.Digest)
            || stamp.Policy != token.Policy || stamp.HashAlgorithm != token.HashAlgorithm.Name)
        {
            yield return $"serial number {serial}: the audit trail tells of another token";
        }

        if (stamp.Failed is not null)
        {
            yield return $"serial number {serial} was answered, and failed by the audit trail";
        }

        if (stamp.Issued is not null && (stamp.Time - token.Time).Duration() > TimeSpan.FromMilliseconds(1))
        {
            yield return $"serial number {serial} says {token.Time:O}, and the audit trail {stamp.Time:O}";
        }
    }
}
