using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Appliance.Ledger;

namespace Appliance.Server.Auditing;

/// <summary>A record of the audit trail for other systems: as a line of JSON, and as a message of syslog.</summary>
internal static class AuditLine
{
    /// <summary>The private enterprise number that RFC 5612 reserves for documentation: replace it by your
    /// own.</summary>
    private const string Enterprise = "32473";

    /// <summary>Facility 13 (log audit), RFC 5424 6.2.1.</summary>
    private const int Facility = 13 * 8;

    private const int Warning = 4;
    private const int Notice = 5;

    /// <summary>JSON without line breaks; times in UTC, ids and hashes as text, what does not apply left out.</summary>
    public static byte[] Json(AuditEntry entry, string node)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            var record = entry.Record;
            json.WriteStartObject();
            json.WriteString("id", Id(entry));
            json.WriteNumber("chain", entry.Chain);
            json.WriteNumber("position", entry.Position);
            json.WriteString("at", Time(record.At));
            Write(json, "node", node);
            json.WriteString("event", entry.EventName);
            json.WriteString("outcome", AuditTrail.NameOf(record.Outcome));
            Write(json, "admin", record.Actor);
            Write(json, "signerId", record.SignerId?.ToString("D"));
            Write(json, "credentialId", record.CredentialId?.ToString("D"));
            Write(json, "activationId", record.ActivationId?.ToString("D"));
            Write(json, "clientId", record.ClientId?.ToString("D"));
            Write(json, "requestId", record.RequestId?.ToString("D"));
            json.WriteNumber("count", record.Count);
            Write(json, "digest", Convert.ToHexStringLower(record.Digest.Span));
            Write(json, "detail", record.Detail);
            Write(json, "hash", Convert.ToHexStringLower(entry.Hash.Span));
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>One message (RFC 5424, 6), without framing.</summary>
    public static byte[] Syslog(AuditEntry entry, string node, string host)
    {
        var record = entry.Record;
        var text = new StringBuilder(512);
        var severity = record.Outcome == AuditOutcome.Ok ? Notice : Warning;
        text.Append(CultureInfo.InvariantCulture, $"<{Facility + severity}>1 {Time(record.At)} {Header(host, 255)} ")
            .Append(CultureInfo.InvariantCulture, $"appliance {entry.Chain} {Header(entry.EventName, 32)} ")
            .Append(CultureInfo.InvariantCulture, $"[audit@{Enterprise}");
        Add("id", Id(entry));
        Add("node", node);
        Add("event", entry.EventName);
        Add("outcome", AuditTrail.NameOf(record.Outcome));
        Add("admin", record.Actor);
        Add("signer", record.SignerId?.ToString("D"));
        Add("credential", record.CredentialId?.ToString("D"));
        Add("activation", record.ActivationId?.ToString("D"));
        Add("client", record.ClientId?.ToString("D"));
        Add("request", record.RequestId?.ToString("D"));
        Add("count", record.Count == 0 ? null : record.Count.ToString(CultureInfo.InvariantCulture));
        Add("digest", Convert.ToHexStringLower(record.Digest.Span));
        Add("hash", Convert.ToHexStringLower(entry.Hash.Span));
        text.Append("] ").Append(entry.EventName).Append(' ').Append(AuditTrail.NameOf(record.Outcome));
        if (!string.IsNullOrEmpty(record.Detail))
        {
            text.Append(": ").Append(Printable(record.Detail));
        }

        return Encoding.UTF8.GetBytes(text.ToString());

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                text.Append(CultureInfo.InvariantCulture, $" {name}=\"{Escape(value)}\"");
            }
        }
    }

    /// <summary>Names a record in all of an installation.</summary>
    public static string Id(AuditEntry entry)
        => string.Create(CultureInfo.InvariantCulture, $"{entry.Chain}:{entry.Position}");

    private static string Time(long at)
        => DateTimeOffset.FromUnixTimeMilliseconds(at)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A field of the header: printable US-ASCII without spaces, a dash for nothing (RFC 5424, 6.2).</summary>
    private static string Header(string value, int most)
    {
        var kept = new string([.. value.Where(static c => c is > ' ' and < '\x7f').Take(most)]);
        return kept.Length == 0 ? "-" : kept;
    }

    /// <summary>A parameter's value: quotes, backslashes and closing brackets escaped (RFC 5424, 6.3.3).</summary>
    private static string Escape(string value)
        => Printable(value)
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("]", "\\]", StringComparison.Ordinal);

    /// <summary>Nothing that could begin another line.</summary>
    private static string Printable(string value)
        => value.Any(char.IsControl) ? new string([.. value.Select(static c => char.IsControl(c) ? ' ' : c)]) : value;

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }
}
