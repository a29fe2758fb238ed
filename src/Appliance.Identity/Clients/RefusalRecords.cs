using Appliance.Ledger;

namespace Appliance.Identity.Clients;

/// <summary>
/// Failed authentications of clients in the audit trail, bounded: for each client one record at most in ten seconds,
/// which counts those that had none. Unknown clients have none at all. Nobody waits for it, so that the answer does not
/// tell a client that exists by the time it takes.
/// </summary>
internal sealed class RefusalRecords(CommitLoop commits, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, (DateTimeOffset Next, int Count)> _clients = [];

    /// <summary>Notes a refusal of a client that exists.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="detail">Fixed text.</param>
    internal void Note(Guid clientId, string detail)
    {
        var now = time.GetUtcNow();
        int count;
        lock (_gate)
        {
            var (next, before) = _clients.GetValueOrDefault(clientId);
            count = before + 1;
            if (now < next)
            {
                _clients[clientId] = (next, count);
                return;
            }

            _clients[clientId] = (now + s_pause, 0);
        }

        var record = new AuditRecord
        {
            At = now.ToUnixTimeMilliseconds(),
            Event = AuditEvent.ClientRefused,
            Outcome = AuditOutcome.Refused,
            ClientId = clientId,
            Count = count,
            Detail = detail,
        };
        _ = WriteAsync(record);
    }

    private async Task WriteAsync(AuditRecord record)
    {
        try
        {
            await commits.WriteAsync(
                connection =>
                {
                    AuditTrail.Append(connection, record);
                    return true;
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The next refusal counts it.
            lock (_gate)
            {
                var (_, count) = _clients.GetValueOrDefault(record.ClientId!.Value);
                _clients[record.ClientId!.Value] = (default, unchecked(count + record.Count));
            }
        }
    }
}
