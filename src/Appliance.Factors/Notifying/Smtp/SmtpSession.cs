using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Factors.Notifying.Smtp;

/// <summary>A connection to a mail server that is greeted, protected and signed in.</summary>
internal sealed class SmtpSession : IAsyncDisposable
{
    private readonly TcpClient _client;
    private SmtpStream _stream;
    private HashSet<string> _extensions = [];
    private HashSet<string> _mechanisms = [];

    private SmtpSession(TcpClient client)
    {
        _client = client;
        _stream = new SmtpStream(client.GetStream());
    }

    /// <exception cref="SmtpProtocolException">The server refused, or is none.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="SocketException">Nobody is there.</exception>
    public static async Task<SmtpSession> OpenAsync(SmtpOptions options, CancellationToken cancellationToken)
    {
        var client = new TcpClient();
        SmtpSession? session = null;
        try
        {
            await client.ConnectAsync(options.Host, options.Port, cancellationToken).ConfigureAwait(false);
            session = new SmtpSession(client);
            await session.GreetAsync(options, cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            if (session is not null)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }

            client.Dispose();
            throw;
        }
    }

    /// <summary>Offers a message. 5yz replies are about it and final; anything else may pass.</summary>
    public async Task<Delivery> SendAsync(MailMessage mail, CancellationToken cancellationToken)
    {
        var parameters = "";
        if (mail.NeedsSmtpUtf8)
        {
            if (!_extensions.Contains("SMTPUTF8"))
            {
                return Delivery.Never("smtp-no-utf8");
            }

            // Only then are there bytes beyond ASCII, in the headers; such a server has 8BITMIME (RFC 6531 3.1).
            parameters = " BODY=8BITMIME SMTPUTF8";
        }

        foreach (var command in new[] { $"MAIL FROM:<{mail.From}>{parameters}", $"RCPT TO:<{mail.To}>", "DATA" })
        {
            var reply = await _stream.AskAsync(command, cancellationToken).ConfigureAwait(false);
            if (!reply.IsPositive)
            {
                return Judge(reply);
            }
        }

        await _stream.WriteAsync(mail.ToData(), cancellationToken).ConfigureAwait(false);
        var taken = await _stream.ReadAsync(cancellationToken).ConfigureAwait(false);
        return taken.Code is >= 200 and < 300 ? Delivery.Done : Judge(taken);
    }

    /// <summary>Says goodbye; nobody waits for the answer's contents.</summary>
    public async Task QuitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _stream.AskAsync("QUIT", cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SmtpProtocolException or OperationCanceledException)
        {
            // What was to be said is said.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
    }

    private static Delivery Judge(SmtpReply reply)
        => reply.IsPermanent ? Delivery.Never(reply.Reason) : Delivery.Later(reply.Reason);

    private async Task GreetAsync(SmtpOptions options, CancellationToken cancellationToken)
    {
        if (options.Tls == SmtpTls.Implicit)
        {
            await ProtectAsync(options, cancellationToken).ConfigureAwait(false);
        }

        Demand(await _stream.ReadAsync(cancellationToken).ConfigureAwait(false));
        await HelloAsync(cancellationToken).ConfigureAwait(false);
        if (options.Tls == SmtpTls.StartTls)
        {
            if (!_extensions.Contains("STARTTLS"))
            {
                throw new SmtpProtocolException("smtp-no-starttls");
            }

            Demand(await _stream.AskAsync("STARTTLS", cancellationToken).ConfigureAwait(false));
            if (_stream.HasRest)
            {
                throw new SmtpProtocolException("smtp-injection");
            }

            await ProtectAsync(options, cancellationToken).ConfigureAwait(false);

            // What was said in clear is forgotten (RFC 3207 section 4.2).
            await HelloAsync(cancellationToken).ConfigureAwait(false);
        }

        if (options.User is { } user)
        {
            await SignInAsync(user, options.Password!(), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ProtectAsync(SmtpOptions options, CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream.Stream);
        _stream = new SmtpStream(tls);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = options.Host,
                CertificateChainPolicy = TrustPolicy.For(options.TrustedRoots),
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task HelloAsync(CancellationToken cancellationToken)
    {
        // An address literal: the machine's name is nobody's business (RFC 5321 section 4.1.4).
        var local = ((IPEndPoint)_client.Client.LocalEndPoint!).Address;
        local = local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
        var literal = local.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[IPv6:{new IPAddress(local.GetAddressBytes())}]"
            : $"[{local}]";
        var reply = await _stream.AskAsync($"EHLO {literal}", cancellationToken).ConfigureAwait(false);
        Demand(reply);
        var words = reply.Lines.Skip(1)
            .Select(line => line.ToUpperInvariant().Split([' ', '='], StringSplitOptions.RemoveEmptyEntries))
            .Where(line => line.Length > 0)
            .ToList();
        _extensions = words.Select(line => line[0]).ToHashSet(StringComparer.Ordinal);
        _mechanisms = words.Where(line => line[0] == "AUTH").SelectMany(line => line.Skip(1))
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>RFC 4954 with PLAIN (RFC 4616), or LOGIN where a server has nothing else.</summary>
    private async Task SignInAsync(string user, string password, CancellationToken cancellationToken)
    {
        if (_mechanisms.Contains("PLAIN"))
        {
            Demand(await _stream.AskAsync($"AUTH PLAIN {Base64($"\0{user}\0{password}")}", cancellationToken)
                .ConfigureAwait(false));
        }
        else if (_mechanisms.Contains("LOGIN"))
        {
            foreach (var line in new[] { "AUTH LOGIN", Base64(user), Base64(password) })
            {
                Demand(await _stream.AskAsync(line, cancellationToken).ConfigureAwait(false));
            }
        }
        else
        {
            throw new SmtpProtocolException("smtp-no-auth");
        }
    }

    private static string Base64(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var encoded = Convert.ToBase64String(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return encoded;
    }

    private static void Demand(SmtpReply reply)
    {
        if (!reply.IsPositive)
        {
            throw new SmtpProtocolException(reply.Reason);
        }
    }
}
