using System.Globalization;
using Appliance.Storage;

namespace Appliance.Ledger.Auditing;

/// <summary>What is to be said of each chain once all records have passed by.</summary>
internal sealed class ChainConclusions(
    TrailMoment moment, SealBook seals, TrailScan scan, AuditVerificationOptions options, Findings findings)
{
    /// <summary>Adds to the findings.</summary>
    /// <returns>Records that no seal covers.</returns>
    public long Draw()
    {
        var unsealed = 0L;
        foreach (var chain in scan.Chains.Keys.Union(seals.Newest.Keys).Union(scan.Ends.Keys).Order())
        {
            if (moment.IsLeftOut(chain))
            {
                continue;
            }

            var check = scan.Chains.GetValueOrDefault(chain);
            check?.Finish();
            var row = moment.Chains.GetValueOrDefault(chain);
            var length = check?.Length ?? 0;
            var covered = seals.Newest.TryGetValue(chain, out var newest) ? newest.Chain.Length : 0;
            unsealed += Math.Max(0, length - covered);
            if (CheckPresence(chain, row, length) && check is not null && row is not null)
            {
                CheckEnd(check, row);
                CheckRow(check, row);
            }
        }

        CheckRemovals();
        return unsealed;
    }

    /// <summary>
    /// Was what is gone removed by the appliance? Its record says so, unless that is so old that it is gone itself.
    /// </summary>
    private void CheckRemovals()
    {
        var oldest = moment.Segments.Count == 0
            ? 0
            : seals.TimeOf(moment.Segments.Values.Max(segment => segment.Seal)) ?? 0;
        foreach (var segment in moment.Segments.Values)
        {
            if (!moment.IsLeftOut(segment.Chain) && segment.RemovedAt >= oldest
                && !scan.Removals.Contains((segment.Chain, segment.Last)))
            {
                findings.Add(
                    AuditFindingKind.MissingRecords,
                    segment.Chain,
                    1,
                    segment.Seal,
                    $"Records 1 to {segment.Last} of chain {segment.Chain} are gone; no record tells of that.");
            }
        }
    }

    /// <summary>Is the chain there, and as long as is known of it?</summary>
    private bool CheckPresence(long chain, AuditChainRow? row, long length)
    {
        var (must, because, seal) = LongestKnown(chain, row);
        if (length == 0 && (must > 0 || row is not null))
        {
            findings.Add(
                AuditFindingKind.MissingChain,
                chain,
                1,
                seal,
                $"Chain {chain} is missing, all of its {must} records: {because}.");
            return false;
        }

        if (length < must)
        {
            findings.Add(
                AuditFindingKind.MissingTail,
                chain,
                length + 1,
                seal,
                $"The last {must - length} records of chain {chain} are missing ({length + 1} to {must}): {because}.");
        }

        if (row is null && length > 0)
        {
            findings.Add(
                AuditFindingKind.UnknownRecords,
                chain,
                1,
                null,
                $"There are {length} records of a chain {chain}, and nothing says that there is such a chain.");
        }

        return row is not null && length >= must;
    }

    private (long Length, string Because, long? Seal) LongestKnown(long chain, AuditChainRow? row)
    {
        (long Length, string Because, long? Seal) known = (0, "what stands about it is all there is", null);
        if (seals.Newest.TryGetValue(chain, out var newest))
        {
            known = (newest.Chain.Length, $"seal {newest.Seal} covers them", newest.Seal);
        }

        if (row?.Length > known.Length)
        {
            known = (row.Length.Value, "the chain was closed with them", null);
        }

        if (scan.Ends.TryGetValue(chain, out var end) && end.Length > known.Length)
        {
            known = (end.Length, "a record of another chain says that it had them", null);
        }

        return options.Live.FirstOrDefault(live => live.Chain == chain) is { } alive && alive.Length > known.Length
            ? (alive.Length, "this server wrote them", null)
            : known;
    }

    /// <summary>Is there anything behind the end?</summary>
    private void CheckEnd(ChainCheck check, AuditChainRow row)
    {
        var end = (seals.Newest.TryGetValue(check.Chain, out var newest) && newest.Chain.Closed
            ? newest.Chain.Length
            : scan.Ends.TryGetValue(check.Chain, out var told) ? told.Length : check.Closed?.Position) ?? 0;
        if (end > 0 && check.Length > end)
        {
            findings.Add(
                AuditFindingKind.UnknownRecords,
                check.Chain,
                end + 1,
                null,
                $"There are {check.Length - end} records behind the end of chain {check.Chain}, from {end + 1} on.");
        }

        if (scan.Ends.TryGetValue(check.Chain, out var said)
            && check.Length == said.Length && !said.Head.AsSpan().SequenceEqual(check.Hash))
        {
            findings.Add(
                AuditFindingKind.RewrittenRecords,
                check.Chain,
                said.Length,
                null,
                $"Chain {check.Chain} ends otherwise than a record of another chain says.");
        }

        if (row.ClosedAt is null && !options.Live.Any(live => live.Chain == check.Chain))
        {
            var isDead = row.Incarnation == 0 || moment.IsDead(row);
            var state = isDead ? "its writer has ended" : "of a node that may run";
            var opened = AuditChainText.Opened(row.Id, row.Node, row.Incarnation, row.Lane);
            findings.Note($"Not closed: {opened}, {check.Length} records; {state}.");
        }
    }

    /// <summary>Is what stands about the chain what its records say?</summary>
    private void CheckRow(ChainCheck check, AuditChainRow row)
    {
        var chain = check.Chain;
        if (check.Opened is { } opened
            && (opened.At != row.OpenedAt
                || !IsOpening(opened.Detail, AuditChainText.Opened(chain, row.Node, row.Incarnation, row.Lane))))
        {
            Altered(chain, "its first record says something else of node, run or time");
        }
        else if (chain != 0 && check.Opened is null && check.Removed == 0)
        {
            Altered(chain, "its first record does not open it");
        }

        var covered = seals.Newest.TryGetValue(chain, out var newest) && newest.Chain.Closed
            ? newest.Seal
            : (long?)null;
        if (row.Sealed != covered)
        {
            var said = row.Sealed?.ToString(CultureInfo.InvariantCulture) ?? "none";
            Altered(chain, $"it is said to be covered by seal {said}");
        }

        if (chain != 0)
        {
            CheckClosing(check, row);
        }
    }

    private void CheckClosing(ChainCheck check, AuditChainRow row)
    {
        if (check.Closed is null && (options.From > 0 || moment.Segments.Count > 0))
        {
            // The record about its end may be in a chain that was not looked at, or be gone with its retention.
            return;
        }

        var at = check.Closed?.At ?? (scan.Ends.TryGetValue(check.Chain, out var end) ? end.At : null);
        if (row.ClosedAt != at)
        {
            Altered(check.Chain, "the record about its end says something else, or is missing");
        }
        else if (row.ClosedAt is not null
            && (row.Length != check.Length || row.Head is null || !row.Head.AsSpan().SequenceEqual(check.Hash)))
        {
            Altered(check.Chain, "it is said to end elsewhere");
        }
    }

    /// <summary>The record may say more: why the chain was begun.</summary>
    private static bool IsOpening(string detail, string expected)
        => detail == expected || detail.StartsWith($"{expected},", StringComparison.Ordinal);

    private void Altered(long chain, string how)
        => findings.Add(
            AuditFindingKind.AlteredChain, chain, null, null, $"What stands about chain {chain} was altered: {how}.");
}
