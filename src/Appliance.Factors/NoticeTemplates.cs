using System.Globalization;
using System.Reflection;
using Appliance.Factors.Notifying;
using Appliance.Factors.Notifying.Rendering;
using Appliance.Storage;

namespace Appliance.Factors;

/// <summary>
/// The texts of messages by kind, channel and language. English and Romanian are built in; a folder may have others and
/// replace these, file by file: LANGUAGE/KIND.CHANNEL.txt, and LANGUAGE/words.txt for words that values stand for.
/// </summary>
public sealed class NoticeTemplates
{
    private const string Fallback = "en";
    private const string Root = "Templates/";
    private const long MostMinutes = 120;

    private readonly Dictionary<(string Language, NoticeKind Kind, NoticeChannel Channel), Template> _templates = [];
    private readonly Dictionary<(string Language, string Word), string> _words = [];
    private readonly string _service;
    private readonly string _linkUrl;

    private NoticeTemplates(string service, string linkUrl)
    {
        _service = service;
        _linkUrl = linkUrl;
    }

    /// <summary>Reads and checks all templates.</summary>
    /// <param name="service">What the service is called in messages.</param>
    /// <param name="linkUrl">
    /// Where links lead that are tokens alone, with {purpose} and {token} in it, as <see cref="LinkAddresses"/> has it.
    /// </param>
    /// <param name="folder">Replacements and further languages; null for none.</param>
    /// <exception cref="FormatException">Something is wrong; all of it is told, a line each.</exception>
    public static NoticeTemplates Load(string service, string linkUrl, string? folder)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(linkUrl);
        var templates = new NoticeTemplates(service, linkUrl);
        var errors = new List<string>();
        var files = ReadBuiltIn();
        if (folder is not null)
        {
            ReadFolder(folder, files, errors);
        }

        var languages = files.Keys.Select(name => name.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var language in languages.Order(StringComparer.Ordinal))
        {
            templates.Add(language, files, errors);
        }

        errors.AddRange(files.Keys.Select(name => $"{name}: there is no such kind of message."));
        return errors.Count == 0 ? templates : throw new FormatException(string.Join(Environment.NewLine, errors));
    }

    /// <summary>Languages that there are, two letters each.</summary>
    public IReadOnlyList<string> Languages
        => [.. _templates.Keys.Select(key => key.Language).Distinct(StringComparer.Ordinal)];

    /// <summary>Writes a message out; null when it lacks a value that it is of no use without.</summary>
    internal RenderedNotice? Render(NoticeRow row, Notice notice, DateTimeOffset now)
    {
        if (KindFacts.Of(notice.Kind) is not { } facts
            || facts.Needed.Any(name => !notice.Values.TryGetValue(name, out var value) || value.Length == 0))
        {
            return null;
        }

        var isSms = notice.Channel == NoticeChannel.Sms;
        var language = _templates.ContainsKey((notice.Language, notice.Kind, facts.Channels[0]))
            ? notice.Language
            : Fallback;
        var channel = facts.Channels.Contains(notice.Channel) ? notice.Channel : facts.Channels[0];
        var (subject, text) = _templates[(language, notice.Kind, channel)].Render(ValueOf, isSms);
        return new RenderedNotice(
            row,
            notice,
            facts.Name,
            KindFacts.NameOf(notice.Channel),
            isSms ? null : subject ?? _service,
            text,
            UrlOf(facts, notice));

        string? ValueOf(string name)
        {
            var value = name switch
            {
                "service" => _service,
                "minutes" => MinutesLeft(notice, now),
                "until" => Until(notice, now),
                "link" => UrlOf(facts, notice),
                _ => notice.Values.GetValueOrDefault(name),
            };
            if (string.IsNullOrEmpty(value))
            {
                return null;
            }

            var word = _words.GetValueOrDefault((language, $"{name}.{value}"), value);
            return name == "link" ? word : isSms ? SafeText.ForSms(word) : SafeText.ForEmail(word);
        }
    }

    /// <summary>A link is a token, which the portal's page takes, or a whole address.</summary>
    private string? UrlOf(KindFacts facts, Notice notice)
        => (facts.Page, notice.Values.GetValueOrDefault("link")) switch
        {
            (null, _) or (_, null or "") => null,
            (_, { } link) when link.Contains("://", StringComparison.Ordinal)
                && Uri.IsWellFormedUriString(link, UriKind.Absolute) => link,
            ({ } page, { } token) => _linkUrl
                .Replace(LinkAddresses.PurposeField, page, StringComparison.Ordinal)
                .Replace(LinkAddresses.TextField, Uri.EscapeDataString(token), StringComparison.Ordinal),
        };

    /// <summary>Of what ends soon, how long it lasts; of the rest, <see cref="Until"/>.</summary>
    private static string? MinutesLeft(Notice notice, DateTimeOffset now)
        => notice.ExpiresAt - now.ToUnixTimeMilliseconds() is { } left and <= MostMinutes * 60_000
            ? Math.Max(1, (left + 59_999) / 60_000).ToString(CultureInfo.InvariantCulture)
            : null;

    private static string? Until(Notice notice, DateTimeOffset now)
        => notice.ExpiresAt is { } end && MinutesLeft(notice, now) is null
            ? DateTimeOffset.FromUnixTimeMilliseconds(end)
                .ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)
            : null;

    private static Dictionary<string, string> ReadBuiltIn()
    {
        var assembly = typeof(NoticeTemplates).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Root, StringComparison.Ordinal))
            .ToDictionary(
                name => name[Root.Length..].Replace('\\', '/'), name => ReadResource(assembly, name),
                StringComparer.Ordinal);
    }

    private static string ReadResource(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private static void ReadFolder(string folder, Dictionary<string, string> files, List<string> errors)
    {
        if (!Directory.Exists(folder))
        {
            errors.Add($"There is no folder {folder}.");
            return;
        }

        foreach (var language in Directory.EnumerateDirectories(folder))
        {
            var code = Path.GetFileName(language);
            if (ContactRules.CheckLanguage(code) is not null)
            {
                errors.Add($"{language}: is called like no language, two small letters of ISO 639-1.");
                continue;
            }

            foreach (var path in Directory.EnumerateFiles(language, "*.txt"))
            {
                files[$"{code}/{Path.GetFileName(path)}"] = File.ReadAllText(path);
            }
        }
    }

    /// <summary>Takes a language's files out of all.</summary>
    private void Add(string language, Dictionary<string, string> files, List<string> errors)
    {
        foreach (var facts in KindFacts.All)
        {
            foreach (var channel in facts.Channels)
            {
                var name = $"{language}/{facts.Name}.{KindFacts.NameOf(channel)}.txt";
                try
                {
                    var text = files.Remove(name, out var found) ? found : throw new FormatException("is missing");
                    _templates.Add((language, facts.Kind, channel), Template.Parse(text, facts, channel));
                }
                catch (FormatException error)
                {
                    errors.Add($"{name}: {error.Message}.");
                }
            }
        }

        files.Remove($"{language}/words.txt", out var words);
        foreach (var line in (words ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } word, { Length: > 0 } text])
            {
                _words[(language, word)] = text;
            }
            else
            {
                errors.Add($"{language}/words.txt: \"{line.Trim()}\" is not of the form value.word = text.");
            }
        }
    }
}
