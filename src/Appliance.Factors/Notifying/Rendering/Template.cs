using System.Text;

namespace Appliance.Factors.Notifying.Rendering;

/// <summary>
/// The text of one kind of message in one language: lines with placeholders such as {code}; {{ and }} are braces. An
/// e-mail's first line is "Subject: ..." and the second is empty. A line of which a value is missing is left out. What
/// a value holds is never looked into for placeholders.
/// </summary>
internal sealed class Template
{
    private const string SubjectMark = "Subject: ";

    private readonly List<IReadOnlyList<TemplatePart>> _lines;
    private readonly IReadOnlyList<TemplatePart>? _subject;

    private Template(IReadOnlyList<TemplatePart>? subject, List<IReadOnlyList<TemplatePart>> lines)
    {
        _subject = subject;
        _lines = lines;
    }

    /// <summary>Reads a template's file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="facts">Whose template it is.</param>
    /// <param name="channel">How it goes.</param>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static Template Parse(string text, KindFacts facts, NoticeChannel channel)
    {
        var lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').ToList();
        IReadOnlyList<TemplatePart>? subject = null;
        if (channel == NoticeChannel.Email)
        {
            if (lines.Count < 3 || !lines[0].StartsWith(SubjectMark, StringComparison.Ordinal) || lines[1].Length > 0)
            {
                throw new FormatException("begin with \"Subject: ...\", an empty line and the text");
            }

            subject = ParseLine(lines[0][SubjectMark.Length..]);
            lines.RemoveRange(0, 2);
        }

        var parsed = lines.ConvertAll<IReadOnlyList<TemplatePart>>(ParseLine);
        var used = parsed.SelectMany(line => line).Concat(subject ?? [])
            .Where(part => part.IsPlaceholder).Select(part => part.Text).ToHashSet(StringComparer.Ordinal);
        if (used.FirstOrDefault(name => !facts.Knows(name)) is { } unknown)
        {
            throw new FormatException(
                $"there is no {{{unknown}}} here; known: service, minutes, until"
                + string.Concat(facts.Needed.Concat(facts.Other).Select(name => $", {name}")));
        }

        if (facts.Needed.FirstOrDefault(name => !used.Contains(name)) is { } missing)
        {
            throw new FormatException($"{{{missing}}} is missing, without which the message is of no use");
        }

        return new Template(subject, parsed);
    }

    /// <summary>Fills the placeholders in.</summary>
    /// <param name="valueOf">What stands for a placeholder; null when there is no value.</param>
    /// <param name="joinLines">True for one line of text, as short messages have.</param>
    public (string? Subject, string Text) Render(Func<string, string?> valueOf, bool joinLines)
    {
        var lines = _lines.Select(line => Fill(line, valueOf)).Where(line => line is not null);
        var text = string.Join(joinLines ? ' ' : '\n', lines);
        return (_subject is null ? null : Fill(_subject, name => valueOf(name) ?? "-"), text);
    }

    private static string? Fill(IReadOnlyList<TemplatePart> line, Func<string, string?> valueOf)
    {
        var filled = new StringBuilder();
        foreach (var part in line)
        {
            var text = part.IsPlaceholder ? valueOf(part.Text) : part.Text;
            if (text is null)
            {
                return null;
            }

            filled.Append(text);
        }

        return filled.ToString();
    }

    private static List<TemplatePart> ParseLine(string line)
    {
        var parts = new List<TemplatePart>();
        var literal = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c is '{' or '}' && i + 1 < line.Length && line[i + 1] == c)
            {
                literal.Append(c);
                i++;
            }
            else if (c == '{')
            {
                var end = line.IndexOf('}', i);
                if (end < 0)
                {
                    throw new FormatException($"a {{ without }} in \"{line}\"");
                }

                parts.Add(new TemplatePart(literal.ToString(), IsPlaceholder: false));
                parts.Add(new TemplatePart(line[(i + 1)..end], IsPlaceholder: true));
                literal.Clear();
                i = end;
            }
            else
            {
                literal.Append(c != '}' ? c : throw new FormatException($"a }} without {{ in \"{line}\""));
            }
        }

        parts.Add(new TemplatePart(literal.ToString(), IsPlaceholder: false));
        return parts;
    }
}
