using Appliance.Factors.Notifying;

namespace Appliance.Factors;

/// <summary>A way on which messages leave: <see cref="WebhookTransport"/>, <see cref="SmtpTransport"/> or
/// <see cref="SpoolTransport"/>. Used by several deliveries at a time.</summary>
public abstract class NoticeTransport : IDisposable
{
    private protected NoticeTransport()
    {
    }

    /// <summary>Tries once. What goes wrong out there is an answer, not an exception.</summary>
    internal abstract Task<Delivery> DeliverAsync(RenderedNotice notice, CancellationToken cancellationToken);

    /// <summary>Closes connections. No delivery may be running.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes connections.</summary>
    private protected virtual void Dispose(bool disposing)
    {
    }
}
