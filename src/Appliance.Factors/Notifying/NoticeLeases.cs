using Appliance.Storage;

namespace Appliance.Factors.Notifying;

/// <summary>
/// Which messages this node delivers. A message is taken, and let go of, in transactions that name this node, so that
/// of several nodes one delivers it; when that one dies, another takes it once the lease has run out.
/// </summary>
internal sealed class NoticeLeases(StoreWrite write, NotifierOptions options, TimeProvider time, bool acrossChannels)
{
    private readonly Guid _owner = Guid.CreateVersion7(time.GetUtcNow());

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Whether there is anything to take: a look that writes nothing.</summary>
    public bool AnyDue(Store store)
        => store.Read(
            (Now, acrossChannels),
            static (connection, state) => connection.Notices.AnyDue(state.Now, state.acrossChannels));

    /// <summary>Takes what is due, the first of each signer.</summary>
    /// <param name="most">At most this many.</param>
    /// <param name="cancellationToken">Gives up waiting; what was taken all the same comes back with its lease.</param>
    public async Task<IReadOnlyList<NoticeRow>> TakeAsync(int most, CancellationToken cancellationToken)
    {
        var taken = new List<NoticeRow>();
        await write(
            connection =>
            {
                taken.Clear();
                var now = Now;
                var until = now + (long)(options.Timeout + options.LeaseMargin).TotalMilliseconds;
                taken.AddRange(connection.Notices.ListDue(now, acrossChannels, most)
                    .Where(row => connection.Notices.Lease(row, _owner, now, until)));
            },
            cancellationToken).ConfigureAwait(false);
        return taken;
    }

    /// <summary>Removes a message that is done with, and records how it ended.</summary>
    /// <returns>False when the lease was lost: whoever has it now records.</returns>
    public async Task<bool> EndAsync(NoticeRow row, NoticeReport report, Action<StoreConnection, NoticeReport> record)
    {
        var held = false;
        await write(
            connection =>
            {
                held = connection.Notices.Delete(row, _owner);
                if (held)
                {
                    record(connection, report);
                }
            },
            CancellationToken.None).ConfigureAwait(false);
        return held;
    }

    /// <summary>Lets go of a message that is to be tried again.</summary>
    public Task PostponeAsync(NoticeRow row, long nextAttemptAt, int attempts)
        => write(
            connection => connection.Notices.Postpone(row, _owner, nextAttemptAt, attempts), CancellationToken.None);
}
