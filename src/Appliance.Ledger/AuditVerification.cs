using Appliance.Ledger.Auditing;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// Reads the whole audit trail and says what of it is broken, missing or added: records by their chain's hashes, the
/// ends of chains by seals, by what other chains say, and by what the running server knows. Writers go on meanwhile:
/// nothing is locked, and no read transaction lasts longer than a page.
/// </summary>
public static class AuditVerification
{
    /// <summary>Verifies.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static AuditReport Run(
        Store store, AuditVerificationOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var start = time.GetTimestamp();
        while (true)
        {
            var segments = store.Read(static connection => connection.Audit.Segments.List());
            var report = RunOnce(store, options, cancellationToken);
            if (report.IsSound
                || segments.SequenceEqual(
                    store.Read(static connection => connection.Audit.Segments.List()), SegmentComparer.Instance))
            {
                return report with { Elapsed = time.GetElapsedTime(start) };
            }

            // Records were removed meanwhile as their retention ended: what was missed may be these.
        }
    }

    private static AuditReport RunOnce(
        Store store, AuditVerificationOptions options, CancellationToken cancellationToken)
    {
        var findings = new Findings(options.MostFindings);
        // What is added from here on is for the next time.
        var moment = store.Read(options, static (connection, o) => TrailMoment.Read(connection, o.From));
        var seals = new SealBook(findings, options);
        seals.Read(store, moment.LastSeal);
        foreach (var live in options.Live)
        {
            AddLive(seals, live);
        }

        var scan = new TrailScan(store, options, seals, cancellationToken);
        scan.Run(moment.First - 1, moment.Last, chain => Find(scan, chain, moment, seals, findings));
        foreach (var row in moment.Chains.Values.Where(row => !moment.IsLeftOut(row.Id)))
        {
            _ = Find(scan, row.Id, moment, seals, findings);
        }

        var conclusions = new ChainConclusions(moment, seals, scan, options, findings);
        var unsealed = conclusions.Draw();
        return new AuditReport(
            scan.Chains.Values.Sum(check => check.Verified),
            scan.Chains.Count,
            seals.Count,
            unsealed,
            scan.Chains.Values.Sum(check => check.Removed),
            findings.Kept,
            findings.Count,
            findings.Notices,
            TimeSpan.Zero)
        {
            Timestamps = seals.Timestamps,
        };
    }

    private static void AddLive(SealBook seals, AuditHead live)
    {
        if (!seals.Checkpoints.TryGetValue(live.Chain, out var points))
        {
            seals.Checkpoints.Add(live.Chain, points = []);
        }

        var place = points.FindIndex(point => point.Position > live.Length);
        points.Insert(place < 0 ? points.Count : place, Checkpoint.Of(live.Length, live.Hash.Span, 0));
    }

    private static ChainCheck? Find(
        TrailScan scan, long chain, TrailMoment moment, SealBook seals, Findings findings)
    {
        if (moment.IsLeftOut(chain))
        {
            return null;
        }

        if (!scan.Chains.TryGetValue(chain, out var check))
        {
            var removed = moment.Segments.GetValueOrDefault(chain);
            check = new ChainCheck(chain, moment.LimitOf(chain), seals, removed, findings);
            scan.Chains.Add(chain, check);
        }

        return check;
    }
}
