using System.Net.Sockets;
using System.Security.Authentication;
using Appliance.Factors.Notifying;
using Appliance.Factors.Notifying.Smtp;

namespace Appliance.Factors;

/// <summary>
/// Hands e-mails to a mail server (RFC 5321), a connection each: STARTTLS, AUTH PLAIN or LOGIN, plain text in UTF-8. A
/// 4xx reply is tried again, a 5xx one about the message or its address is not. Message-ID is the same however often a
/// message is sent.
/// </summary>
public sealed class SmtpTransport : NoticeTransport
{
    private readonly SmtpOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Makes one; connects to nothing yet.</summary>
    public SmtpTransport(SmtpOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options;
        _time = time;
    }

    /// <summary>Connects and signs in, and sends nothing.</summary>
    /// <returns>Null when the server takes mail from us; a code for what is wrong otherwise.</returns>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        var result = await TryAsync(static (_, _) => Task.FromResult(Delivery.Done), cancellationToken)
            .ConfigureAwait(false);
        return result.Outcome == DeliveryOutcome.Delivered ? null : result.Reason;
    }

    internal override Task<Delivery> DeliverAsync(RenderedNotice notice, CancellationToken cancellationToken)
    {
        if (ContactRules.CheckEmail(notice.Notice.To) is not null)
        {
            return Task.FromResult(Delivery.Never("address"));
        }

        var mail = new MailMessage(_options.From, _options.FromName, notice, _time.GetUtcNow());
        return TryAsync((session, cancel) => session.SendAsync(mail, cancel), cancellationToken);
    }

    private async Task<Delivery> TryAsync(
        Func<SmtpSession, CancellationToken, Task<Delivery>> work, CancellationToken cancellationToken)
    {
        try
        {
            var session = await SmtpSession.OpenAsync(_options, cancellationToken).ConfigureAwait(false);
            await using var _ = session.ConfigureAwait(false);
            var result = await work(session, cancellationToken).ConfigureAwait(false);
            await session.QuitAsync(cancellationToken).ConfigureAwait(false);
            return result;
        }
        catch (SmtpProtocolException error)
        {
            // What goes wrong before a message was offered says nothing about the message.
            return Delivery.Later(error.Reason);
        }
        catch (AuthenticationException)
        {
            return Delivery.Later("tls");
        }
        catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException)
        {
            return Delivery.Later("connection");
        }
    }
}
