using Appliance.Ledger.Auditing;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// What happened, in chains: each connection that writes adds to one of its own, in which every record's hash covers
/// the one before. Records are only ever added, except where their retention has ended.
/// </summary>
public static class AuditTrail
{
    /// <summary>How long a command's chain is taken for one that may still grow, in a store that nodes share.</summary>
    private static readonly TimeSpan s_longestCommand = TimeSpan.FromHours(24);

    private static readonly string[] s_outcomes = ["ok", "refused", "failed", "in-doubt"];

    /// <summary>The outcome's stored name.</summary>
    public static string NameOf(AuditOutcome outcome) => s_outcomes[(int)outcome];

    /// <summary>Adds a record in the transaction that is open.</summary>
    public static void Append(StoreConnection store, in AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(store);
        store.Audit.Append(new AuditRow(
            0,
            record.At,
            AuditEvents.NameOf(record.Event),
            NameOf(record.Outcome),
            record.SignerId,
            record.CredentialId,
            record.ActivationId,
            record.ClientId == Guid.Empty ? null : record.ClientId,
            record.RequestId,
            record.Count,
            record.Digest,
            record.Detail,
            record.Actor));
    }

    /// <summary>Reads a page of the trail.</summary>
    public static IReadOnlyList<AuditEntry> Read(StoreConnection store, AuditQuery query)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(query);
        var filter = new AuditFilter(
            query.OldestFirst,
            query.After,
            Math.Clamp(query.Limit, 1, 10_000),
            query.SignerId,
            query.CredentialId,
            query.RequestId,
            query.Event is { } wanted ? AuditEvents.NameOf(wanted) : null,
            query.Actor,
            query.Bookkeeping,
            query.Digest,
            query.Serial is { } serial ? $"%serial {serial} %" : null);
        if (query.From is null && query.To is null)
        {
            return [.. store.Audit.Read(filter).Select(ToEntry)];
        }

        filter = filter with { From = query.From ?? long.MinValue, To = query.To ?? long.MaxValue };
        var found = TimeRange.Of(store, filter.From, filter.To)
            .SelectMany(range => store.Audit.Read(
                filter with { FirstSequence = range.First, LastSequence = range.Last }));
        found = query.OldestFirst
            ? found.OrderBy(row => row.At).ThenBy(row => row.Sequence)
            : found.OrderByDescending(row => row.At).ThenByDescending(row => row.Sequence);
        return [.. found.Take(filter.Limit).Select(ToEntry)];
    }

    /// <summary>
    /// Reads a page of one chain, oldest first: in a chain nothing comes in behind what was read, so that whoever goes
    /// on by position misses nothing.
    /// </summary>
    /// <param name="store">A connection.</param>
    /// <param name="chain">The chain's id.</param>
    /// <param name="after">The position of the last record of the page before; 0 for the first page.</param>
    /// <param name="limit">At most this many.</param>
    public static IReadOnlyList<AuditEntry> ReadChain(StoreConnection store, long chain, long after, int limit)
    {
        ArgumentNullException.ThrowIfNull(store);
        return [.. store.Audit.ReadChain(chain, after, limit).Select(ToEntry)];
    }

    /// <summary>Ends the chain of a connection in good order, in a transaction of its own.</summary>
    internal static void CloseOwn(StoreConnection store, long now)
    {
        if (store.Audit.Head is null)
        {
            return;
        }

        store.Begin();
        store.Audit.Close(now);
        store.Commit();
    }

    /// <summary>Closes what a dead run left open; nothing can be added to it any more.</summary>
    internal static void CloseDead(StoreConnection store, long incarnation, long now)
    {
        foreach (var chain in store.Audit.Chains.ListOpen().Where(chain => chain.Incarnation == incarnation))
        {
            CloseChain(store, chain, now);
        }
    }

    /// <summary>
    /// Closes what commands left open that ended without a word: in a store with one owner at once, in another after a
    /// day, and with the connection's row, so that a command that lives after all goes on in another chain.
    /// </summary>
    internal static void CloseForgotten(StoreConnection store, bool isShared, long now)
    {
        var before = isShared ? now - (long)s_longestCommand.TotalMilliseconds : long.MaxValue;
        var own = store.Audit.Head?.Chain;
        foreach (var chain in store.Audit.Chains.ListOpen()
            .Where(chain => chain.Incarnation == 0 && chain.OpenedAt < before && chain.Id != own))
        {
            if (chain.Writer != 0)
            {
                store.Audit.Chains.RemoveWriter(chain.Writer);
            }

            CloseChain(store, chain, now);
        }
    }

    internal static AuditEntry ToEntry(AuditRow row) => new(
        row.Sequence,
        row.Event,
        new AuditRecord
        {
            At = row.At,
            Event = AuditEvents.Parse(row.Event),
            Outcome = (AuditOutcome)Math.Max(0, Array.IndexOf(s_outcomes, row.Outcome)),
            SignerId = row.SignerId,
            CredentialId = row.CredentialId,
            ActivationId = row.ActivationId,
            ClientId = row.ClientId,
            RequestId = row.RequestId,
            Count = row.Count,
            Digest = row.Digest,
            Detail = row.Detail,
            Actor = row.Actor,
        })
    {
        Hash = row.Hash,
    };

    /// <summary>The record says where it ended, in a chain that goes on: nobody can cut it short unnoticed.</summary>
    private static void CloseChain(StoreConnection store, AuditChainRow chain, long now)
    {
        var head = store.Audit.FindHead(chain.Id) ?? new AuditHead(chain.Id, 0, AuditHash.Genesis);
        if (!store.Audit.Chains.Close(head, now))
        {
            return;
        }

        Append(store, new AuditRecord
        {
            At = now,
            Event = AuditEvent.ChainClosed,
            Outcome = AuditOutcome.InDoubt,
            Digest = head.Hash,
            Detail = AuditChainText.Closed(chain.Id, head.Length),
        });
    }
}
