using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Appliance.Factors.Tests.Notifying.Smtp;

/// <summary>A mail server that speaks SMTP over a real connection, and answers as it is told.</summary>
internal sealed class MailServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public MailServer()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public X509Certificate2 Certificate { get; } = TestCertificates.SelfSigned("localhost");

    /// <summary>What EHLO offers before TLS, and after it.</summary>
    public string[] Offers { get; init; } = ["STARTTLS", "8BITMIME"];

    public string[] OffersBehindTls { get; init; } = ["AUTH PLAIN LOGIN", "8BITMIME", "SMTPUTF8"];

    /// <summary>Replies that are not as usual, by the beginning of the command.</summary>
    public ConcurrentDictionary<string, string> Replies { get; } = new(StringComparer.Ordinal);

    /// <summary>Sent in the same packet as the answer to STARTTLS.</summary>
    public string Injection { get; init; } = "";

    /// <summary>Commands, each with "TLS " before it when it came protected.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    /// <summary>What came after DATA, as it was on the wire, without the lone dot.</summary>
    public ConcurrentQueue<string> Mails { get; } = new();

    public void Dispose()
    {
        _listener.Stop();
        Certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _ = TalkAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using var _ = client;
        Stream stream = client.GetStream();
        try
        {
            await SendAsync(stream, Replies.GetValueOrDefault("connect", "220 mail.example ESMTP"));
            while (await ReadLineAsync(stream) is { } line)
            {
                var isTls = stream is SslStream;
                Commands.Enqueue(isTls ? "TLS " + line : line);
                var reply = Replies.FirstOrDefault(
                    pair => line.StartsWith(pair.Key, StringComparison.Ordinal)).Value ?? Usual(line, isTls);
                await SendAsync(stream, reply, line == "STARTTLS" ? Injection : "");
                if (line == "STARTTLS" && reply[0] == '2')
                {
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(Certificate);
                    stream = tls;
                }
                else if (line == "DATA" && reply[0] == '3')
                {
                    Mails.Enqueue(await ReadMailAsync(stream));
                    await SendAsync(stream, Replies.GetValueOrDefault("dot", "250 taken"));
                }
            }
        }
        catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client has gone.
        }
    }

    private string Usual(string line, bool isTls) => line.Split(' ')[0] switch
    {
        "EHLO" => string.Concat(
            ((string[])["mail.example", .. isTls ? OffersBehindTls : Offers]).Select(offer => $"250-{offer}\r\n"))
            + "250 HELP",
        "STARTTLS" => "220 go ahead",
        "AUTH" when line == "AUTH LOGIN" => "334 VXNlcm5hbWU6",
        "AUTH" => "235 welcome",
        "DATA" => "354 go ahead",
        "QUIT" => "221 bye",
        _ => "250 fine",
    };

    private static async Task<string> ReadMailAsync(Stream stream)
    {
        var mail = new StringBuilder();
        while (await ReadLineAsync(stream) is { } line && line != ".")
        {
            mail.Append(line).Append("\r\n");
        }

        return mail.ToString();
    }

    private static async Task SendAsync(Stream stream, string reply, string rest = "")
        => await stream.WriteAsync(Encoding.UTF8.GetBytes(reply + "\r\n" + rest));

    private static async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return null;
    }
}
