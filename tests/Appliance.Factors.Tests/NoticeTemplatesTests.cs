using System.Text;
using Appliance.Factors.Notifying.Rendering;
using Appliance.Factors.Tests.Notifying;
using Appliance.Storage;

namespace Appliance.Factors.Tests;

public sealed class NoticeTemplatesTests
{
    /// <summary>3GPP TS 23.038 section 6.2.1, without the extension table; the digits and letters apart.</summary>
    private const string Gsm = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";

    private static readonly DateTimeOffset s_now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_kind_has_its_facts()
        => Assert.Equal(Enum.GetValues<NoticeKind>(), KindFacts.All.Select(facts => facts.Kind));

    [Theory]
    [InlineData("en")]
    [InlineData("ro")]
    public void Every_kind_can_be_written_in_every_language(string language)
    {
        var templates = Load();
        foreach (var facts in KindFacts.All)
        {
            foreach (var channel in facts.Channels)
            {
                var rendered = Render(templates, facts.Kind, channel, language, TimeSpan.FromMinutes(10));
                Assert.NotNull(rendered);
                Assert.Equal(channel == NoticeChannel.Email, rendered.Subject is not null);
                Assert.DoesNotContain('{', rendered.Text);
                Assert.All(
                    facts.Needed.Where(name => name != "link"),
                    name => Assert.Contains($"<{name}>", rendered.Text, StringComparison.Ordinal));
                if (channel == NoticeChannel.Sms)
                {
                    Assert.InRange(rendered.Text.Length, 20, 160);
                    Assert.All(
                        rendered.Text, c => Assert.True(char.IsAsciiLetterOrDigit(c) || Gsm.Contains(c), $"{c}"));
                }
            }
        }
    }

    [Fact]
    public void Romanian_is_written_with_the_letters_of_Romanian()
    {
        var templates = Load();
        var text = new StringBuilder();
        foreach (var facts in KindFacts.All.Where(facts => facts.Channels.Contains(NoticeChannel.Email)))
        {
            var rendered = Render(templates, facts.Kind, NoticeChannel.Email, "ro", TimeSpan.FromMinutes(10))!;
            text.Append(rendered.Subject).Append(rendered.Text);
        }

        Assert.All("ăâîșțȘÎ", letter => Assert.Contains(letter, text.ToString()));

        // With a cedilla they are Turkish.
        Assert.Equal(-1, text.ToString().AsSpan().IndexOfAny("şţŞŢ"));
    }

    [Fact]
    public void An_sms_stays_in_one_part_whatever_the_clients_name_is()
    {
        var rendered = Load().Render(
            Row(),
            Notice(NoticeKind.SigningCode, NoticeChannel.Sms, "ro", TimeSpan.FromMinutes(5)) with
            {
                Values = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["code"] = "123456",
                    ["client"] = "Întreprinderea \"Țesături și Mătăsuri\" din Râmnicu Vâlcea\nSRL {code}",
                },
            },
            s_now)!;

        Assert.Equal(
            "Semnare: 123456 autorizeaza semnatura dvs. Ceruta de Intreprinderea \"Tesaturi si Matasuri\" di.... "
            + "Valabil 5 min. Nu il dati nimanui.",
            rendered.Text);
    }

    [Fact]
    public void A_line_without_its_value_is_left_out_and_a_message_without_its_code_is_not_written()
    {
        var templates = Load();
        var notice = Notice(NoticeKind.SigningCode, NoticeChannel.Email, "en", null) with
        {
            Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["code"] = "123456" },
        };

        var text = templates.Render(Row(), notice, s_now)!.Text;
        Assert.DoesNotContain("Who asks", text, StringComparison.Ordinal);
        Assert.DoesNotContain("minutes", text, StringComparison.Ordinal);
        Assert.Null(templates.Render(
            Row(), notice with { Values = new Dictionary<string, string>(StringComparer.Ordinal) }, s_now));
    }

    [Fact]
    public void What_lasts_long_is_told_by_its_end()
    {
        var text = Render(Load(), NoticeKind.PairingLink, NoticeChannel.Email, "en", TimeSpan.FromDays(14))!.Text;

        Assert.Contains("valid until 2026-12-04 12:00 UTC", text, StringComparison.Ordinal);
        Assert.DoesNotContain("minutes", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_may_be_a_token_or_a_whole_address()
    {
        var notice = Notice(NoticeKind.RecoveryLink, NoticeChannel.Email, "en", null);
        Assert.Equal("https://portal.example/recovery#%3Clink%3E", Load().Render(Row(), notice, s_now)!.Url);
        var whole = notice with
        {
            Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["link"] = "https://x.example/r?t=1#2" },
        };
        Assert.Equal("https://x.example/r?t=1#2", Load().Render(Row(), whole, s_now)!.Url);
    }

    [Fact]
    public void A_language_that_is_not_there_is_English_and_words_are_of_the_language()
    {
        var templates = Load();
        var notice = Notice(NoticeKind.SignerLimited, NoticeChannel.Email, "fr", null) with
        {
            Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["state"] = "limited" },
        };

        Assert.Contains("limited: nothing can", templates.Render(Row(), notice, s_now)!.Text, StringComparison.Ordinal);
        Assert.Contains(
            "limitat: nu se poate",
            templates.Render(Row(), notice with { Language = "ro" }, s_now)!.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_replaces_templates_one_by_one_and_brings_languages_whole()
    {
        await using var bench = new NoticeBench();
        Write(bench, "ro/pairing-code.sms.txt", "Cod {code}");
        var templates = NoticeTemplates.Load("S", "https://portal.example/{purpose}#{token}", bench.PathOf("t"));

        Assert.Equal(
            "Cod <code>",
            Render(templates, NoticeKind.PairingCode, NoticeChannel.Sms, "ro", TimeSpan.FromMinutes(1))!.Text);
        Assert.Equal("en ro", string.Join(' ', templates.Languages.Order(StringComparer.Ordinal)));
        Write(bench, "fr/pairing-code.sms.txt", "Code {code}");
        var error = Assert.Throws<FormatException>(
            () => NoticeTemplates.Load("S", "https://portal.example/{purpose}#{token}", bench.PathOf("t")));
        Assert.Contains("fr/recovery-link.email.txt: is missing.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en/pairing-code.sms.txt", "no code", "{code} is missing")]
    [InlineData("en/pairing-code.sms.txt", "{code} {cod}", "there is no {cod} here")]
    [InlineData("en/pairing-code.sms.txt", "{code", "without }")]
    [InlineData("en/pairing-code.sms.txt", "code} {code}", "without {")]
    [InlineData("en/pairing-link.email.txt", "{link}", "Subject: ...")]
    [InlineData("en/pairing-link.email.txt", "Subject: {link}\ntext\nmore", "an empty line")]
    [InlineData("en/pairing-linc.email.txt", "Subject: a\n\n{link}", "no such kind")]
    [InlineData("english/pairing-link.email.txt", "Subject: a\n\n{link}", "like no language")]
    [InlineData("en/words.txt", "nonsense", "value.word = text")]
    public async Task A_template_that_is_wrong_is_told_at_the_start(string name, string text, string because)
    {
        await using var bench = new NoticeBench();
        Write(bench, name, text);

        var error = Assert.Throws<FormatException>(
            () => NoticeTemplates.Load("S", "https://portal.example/{purpose}#{token}", bench.PathOf("t")));

        Assert.Contains(because, error.Message, StringComparison.Ordinal);
        Assert.Contains(name.Split('/')[0], error.Message, StringComparison.Ordinal);
    }

    private static NoticeTemplates Load()
        => NoticeTemplates.Load("Semnare", "https://portal.example/{purpose}#{token}", null);

    private static NoticeRow Row() => new(1, Guid.Empty, Guid.Empty, 0, 0, 0, 0, 0, []);

    private static Appliance.Factors.Notifying.RenderedNotice? Render(
        NoticeTemplates templates, NoticeKind kind, NoticeChannel channel, string language, TimeSpan life)
        => templates.Render(Row(), Notice(kind, channel, language, life), s_now);

    /// <summary>Each value is its name in angle brackets.</summary>
    private static Notice Notice(NoticeKind kind, NoticeChannel channel, string language, TimeSpan? life)
    {
        var facts = KindFacts.Of(kind)!;
        return new Notice(
            Guid.Empty,
            kind,
            channel,
            "to",
            language,
            facts.Needed.Concat(facts.Other).ToDictionary(name => name, name => $"<{name}>", StringComparer.Ordinal),
            life is { } some ? (s_now + some).ToUnixTimeMilliseconds() : null);
    }

    private static void Write(NoticeBench bench, string name, string text)
    {
        var path = bench.PathOf(Path.Combine("t", name));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
