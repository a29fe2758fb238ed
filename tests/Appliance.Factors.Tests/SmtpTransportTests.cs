using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Appliance.Factors.Tests.Notifying;
using Appliance.Factors.Tests.Notifying.Smtp;

namespace Appliance.Factors.Tests;

public sealed class SmtpTransportTests
{
    private const string Password = "correct horse, mail";

    private static readonly Guid s_ana = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

    [Fact]
    public async Task A_mail_goes_by_STARTTLS_with_a_password_and_a_stranger_reads_it()
    {
        await using var bench = new NoticeBench();
        using var server = new MailServer();
        bench.Enqueue(Mail(NoticeKind.PhoneChangeCode, "ro", ("code", "123456")));

        await SendAsync(bench, server);

        Assert.Equal<IEnumerable<string>>(
            [
                "STARTTLS",
                "TLS AUTH PLAIN " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0mailer\0{Password}")),
                "TLS MAIL FROM:<semnare@example.ro>",
                "TLS RCPT TO:<ana@example.ro>",
                "TLS DATA",
                "TLS QUIT",
            ],
            [.. server.Commands.Where(command => !command.Contains("EHLO", StringComparison.Ordinal))]);
        var wire = Assert.Single(server.Mails);
        Assert.True(Ascii.IsValid(wire));
        Assert.All(wire.Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
        var mail = await ReadInPythonAsync(wire);
        Assert.Equal("Semnare: Ați primit un cod de autorizare", mail.GetProperty("subject").GetString());
        Assert.Equal("Semnătura <semnare@example.ro>", mail.GetProperty("from").GetString());
        Assert.Equal("ana@example.ro", mail.GetProperty("to").GetString());
        Assert.Equal("auto-generated", mail.GetProperty("auto").GetString());
        Assert.Matches("^<[0-9a-f-]{36}@example.ro>$", mail.GetProperty("id").GetString()!);
        Assert.Equal("2026-11-20T12:00:07+00:00", mail.GetProperty("date").GetString());
        var text = mail.GetProperty("text").GetString()!;
        Assert.Contains("\n123456\n", text, StringComparison.Ordinal);
        Assert.Contains("schimbarea numărului de telefon", text, StringComparison.Ordinal);
        Assert.True(Assert.Single(bench.Reports).IsDelivered);
    }

    [Fact]
    public async Task A_server_without_PLAIN_is_signed_in_to_by_LOGIN()
    {
        await using var bench = new NoticeBench();
        using var server = new MailServer { OffersBehindTls = ["AUTH LOGIN", "AUTH=LOGIN"] };
        bench.Enqueue(Mail(NoticeKind.PackageLow, "en", ("remaining", "3")));
        server.Replies[Convert.ToBase64String("mailer"u8)] = "334 UGFzc3dvcmQ6";
        server.Replies[Convert.ToBase64String(Encoding.UTF8.GetBytes(Password))] = "235 welcome";

        await SendAsync(bench, server);

        Assert.Single(server.Mails);
    }

    [Theory]
    [InlineData("EHLO", "no starttls", "smtp-no-starttls")]
    [InlineData("STARTTLS", "454 not now", "smtp-454")]
    [InlineData("AUTH", "535 wrong", "smtp-535")]
    [InlineData("MAIL", "451 busy", "smtp-451")]
    [InlineData("RCPT", "450 greylisted", "smtp-450")]
    [InlineData("dot", "452 full", "smtp-452")]
    [InlineData("connect", "554 go away", "smtp-554")]
    [InlineData("connect", "HTTP/1.1 400 Bad Request", "smtp-reply")]
    public async Task What_may_pass_is_tried_again(string command, string reply, string reason)
    {
        await using var bench = new NoticeBench();
        using var server = new MailServer { Offers = command == "EHLO" ? [] : ["STARTTLS"] };
        if (command != "EHLO")
        {
            server.Replies[command] = reply;
        }

        bench.Enqueue(Mail(NoticeKind.PackageLow, "en"));
        var node = await SendAsync(bench, server);

        Assert.Equal(reason, node.Status.LastFault);
        Assert.Equal(1, bench.Waiting());
        Assert.DoesNotContain(server.Commands, line => line.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.DoesNotContain(server.Commands, line => line.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("RCPT", "550 no such user", "smtp-550")]
    [InlineData("MAIL", "553 not you", "smtp-553")]
    [InlineData("DATA", "554 no", "smtp-554")]
    [InlineData("dot", "552 too large", "smtp-552")]
    public async Task What_is_refused_for_good_is_given_up(string command, string reply, string reason)
    {
        await using var bench = new NoticeBench();
        using var server = new MailServer();
        server.Replies[command] = reply;
        bench.Enqueue(Mail(NoticeKind.PackageLow, "en"));

        await SendAsync(bench, server);

        Assert.Equal($"package-low by email: {reason}", Assert.Single(bench.Reports).Detail);
    }

    [Fact]
    public async Task Nothing_is_sent_to_who_cannot_prove_its_name()
    {
        await using var bench = new NoticeBench();
        using var server = new MailServer();
        bench.Enqueue(Mail(NoticeKind.PackageLow, "en"));

        var node = await SendAsync(bench, server, trusted: false);

        Assert.Equal("tls", node.Status.LastFault);
        Assert.DoesNotContain(server.Commands, line => line.StartsWith("TLS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_slipped_in_before_TLS_is_noticed()
    {
        await using var bench = new NoticeBench();
        using var server = new MailServer { Injection = "250-AUTH PLAIN\r\n" };
        bench.Enqueue(Mail(NoticeKind.PackageLow, "en"));

        var node = await SendAsync(bench, server);

        Assert.Equal("smtp-injection", node.Status.LastFault);
    }

    [Fact]
    public async Task Hostile_values_begin_no_line_and_no_command()
    {
        await using var bench = new NoticeBench();
        using var server = new MailServer();
        bench.Enqueue(Mail(
            NoticeKind.ApprovalLink,
            "en",
            ("link", "abc_-123"),
            ("client", "Bank\r\nBcc: everybody@example.ro\r\n.\r\nRCPT TO:<x@example.ro>"),
            ("operation", "{link} {code} {{"),
            ("labels", ".\n..\n=20 \u202egnp.exe")));

        await SendAsync(bench, server);

        Assert.Equal(1, server.Commands.Count(line => line.Contains("RCPT", StringComparison.Ordinal)));
        var mail = await ReadInPythonAsync(Assert.Single(server.Mails));
        Assert.Equal("", mail.GetProperty("bcc").GetString());
        var text = mail.GetProperty("text").GetString()!;
        Assert.Contains("https://portal.example/approval#abc_-123", text, StringComparison.Ordinal);
        Assert.Contains("What is asked for: {link} {code} {{\n", text, StringComparison.Ordinal);
        Assert.Contains("Documents: .; ..; =20 gnp.exe\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text.Split('\n'), line => line.StartsWith("Bcc", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lines_that_begin_with_a_dot_and_long_ones_arrive_as_they_were()
    {
        await using var bench = new NoticeBench();
        using var server = new MailServer();
        var folder = Directory.CreateDirectory(bench.PathOf("templates/en")).FullName;
        var body = "..two dots\n.\n" + new string('ș', 400) + "\ntrailing blank \n{{braces}}\nend";
        await File.WriteAllTextAsync(
            Path.Combine(folder, "package-low.email.txt"), "Subject: " + new string('ă', 90) + "\n\n" + body,
            NoticeBench.Test);
        var templates = NoticeTemplates.Load(
            "S", "https://portal.example/{purpose}#{token}", bench.PathOf("templates"));
        bench.Enqueue(Mail(NoticeKind.PackageLow, "en"));

        await SendAsync(bench, server, templates: templates);

        var mail = await ReadInPythonAsync(Unstuff(Assert.Single(server.Mails)));
        Assert.Equal(new string('ă', 90), mail.GetProperty("subject").GetString());
        Assert.Equal(
            body.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal),
            mail.GetProperty("text").GetString()!.TrimEnd('\n'));
    }

    [Fact]
    public async Task An_address_beyond_ASCII_needs_a_server_that_takes_it()
    {
        await using var bench = new NoticeBench();
        using var server = new MailServer();
        using var old = new MailServer { OffersBehindTls = ["AUTH PLAIN"] };
        bench.Enqueue(Mail(NoticeKind.PackageLow, "en") with { To = "ștefan@exämple.ro" });
        bench.Enqueue(Mail(NoticeKind.PackageLow, "en") with { To = "ana@exämple.ro" });
        await SendAsync(bench, server);
        await SendAsync(bench, old);

        Assert.Contains(
            "TLS MAIL FROM:<semnare@example.ro> BODY=8BITMIME SMTPUTF8", server.Commands, StringComparer.Ordinal);
        Assert.Contains("TLS RCPT TO:<ștefan@xn--exmple-cua.ro>", server.Commands, StringComparer.Ordinal);
        Assert.Contains("TLS RCPT TO:<ana@xn--exmple-cua.ro>", old.Commands, StringComparer.Ordinal);
        bench.Enqueue(Mail(NoticeKind.PackageLow, "en") with { To = "ștefan@exämple.ro" });
        await SendAsync(bench, old);
        Assert.Equal("package-low by email: smtp-no-utf8", bench.Reports.Last().Detail);
    }

    [Fact]
    public async Task What_is_no_address_never_reaches_the_server()
    {
        await using var bench = new NoticeBench();
        using var server = new MailServer();
        bench.Enqueue(Mail(NoticeKind.PackageLow, "en") with { To = "ana@example.ro>\r\nRCPT TO:<x@example.ro" });

        await SendAsync(bench, server);

        Assert.Empty(server.Commands);
        Assert.Equal("package-low by email: address", Assert.Single(bench.Reports).Detail);
    }

    private static Notice Mail(NoticeKind kind, string language, params (string Name, string Value)[] values) => new(
        s_ana,
        kind,
        NoticeChannel.Email,
        "ana@example.ro",
        language,
        values.ToDictionary(value => value.Name, value => value.Value, StringComparer.Ordinal));

    private static async Task<Notifier> SendAsync(
        NoticeBench bench, MailServer server, bool trusted = true, NoticeTemplates? templates = null)
    {
        using var way = new SmtpTransport(
            new SmtpOptions
            {
                Host = "localhost",
                Port = server.Port,
                From = "semnare@example.ro",
                FromName = "Semnătura",
                User = "mailer",
                Password = () => Password,
                TrustedRoots = trusted ? [server.Certificate] : null,
            },
            bench.Time);
        var node = bench.Node(way, templates: templates);
        await NoticeBench.StepAsync(node);
        return node;
    }

    private static string Unstuff(string wire)
        => string.Join("\r\n", wire.Split("\r\n").Select(line => line.StartsWith('.') ? line[1..] : line));

    /// <summary>The mail as Python's parser understands it.</summary>
    private static async Task<JsonElement> ReadInPythonAsync(string wire)
    {
        const string Script = "import sys,json,email,email.policy;"
            + "m=email.message_from_bytes(sys.stdin.buffer.read(),policy=email.policy.default);"
            + "print(json.dumps({'subject':m['subject'],'from':m['from'],'to':m['to'],'bcc':m['bcc'] or '',"
            + "'id':m['message-id'],'auto':m['auto-submitted'],'date':m['date'].datetime.isoformat(),"
            + "'text':m.get_content().replace('\\r\\n','\\n'),'defects':len(m.defects)}))";
        using var python = Process.Start(new ProcessStartInfo
        {
            FileName = "python3",
            ArgumentList = { "-c", Script },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await python.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(wire), NoticeBench.Test);
        python.StandardInput.Close();
        var printed = await python.StandardOutput.ReadToEndAsync(NoticeBench.Test);
        await python.WaitForExitAsync(NoticeBench.Test);
        Assert.Equal(0, python.ExitCode);
        var mail = JsonDocument.Parse(printed).RootElement;
        Assert.Equal(0, mail.GetProperty("defects").GetInt32());
        return mail;
    }
}
