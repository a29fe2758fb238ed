using Appliance.Factors;
using Appliance.Server.Tests.Hosting;

namespace Appliance.Server.Tests.Enrolments;

/// <summary>What a signer gets: the messages of the outbox, as who delivers them reads them.</summary>
internal sealed class Mailbox(RunningAppliance appliance, Guid signerId)
{
    /// <summary>The oldest message that waits, taken out; null when none does.</summary>
    public async Task<Notice?> TakeAsync()
    {
        var composition = appliance.Composition;
        var now = composition.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var row = composition.Store.Read(c => c.Notices.ListDue(now, true, 100))
            .SingleOrDefault(row => row.SignerId == signerId);
        if (row is null)
        {
            return null;
        }

        var owner = Guid.NewGuid();
        Assert.True(await composition.Loop.WriteAsync(
            c => c.Notices.Lease(row, owner, now, now + 1) && c.Notices.Delete(row, owner),
            TestContext.Current.CancellationToken));
        return composition.Notices.Open(row);
    }

    /// <summary>A message of this kind; it is the next one.</summary>
    public async Task<Notice> TakeAsync(NoticeKind kind, NoticeChannel channel)
    {
        var notice = await TakeAsync();
        Assert.Equal((kind, channel), (notice?.Kind, notice?.Channel));
        return notice!;
    }

    public async Task<string> TakeCodeAsync(NoticeKind kind, NoticeChannel channel = NoticeChannel.Sms)
        => (await TakeAsync(kind, channel)).Values["code"];

    /// <summary>The text of the link in the next message.</summary>
    public async Task<string> TakeLinkAsync(NoticeKind kind)
    {
        var link = (await TakeAsync(kind, NoticeChannel.Email)).Values["link"];
        return link[(link.IndexOf('#', StringComparison.Ordinal) + 1)..];
    }
}
