using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Factors.Notifying;

/// <summary>A message as JSON: the body of a webhook's request, and a file of the spool.</summary>
internal sealed record NoticeBody
{
    /// <summary>The same however often the message is sent.</summary>
    [JsonPropertyName("id")]
    public required Guid Id { get; init; }

    /// <summary>Whose messages come in order.</summary>
    [JsonPropertyName("signerId")]
    public required Guid SignerId { get; init; }

    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    [JsonPropertyName("channel")]
    public required string Channel { get; init; }

    [JsonPropertyName("to")]
    public required string To { get; init; }

    /// <summary>What a short message names as its sender; absent when none is set.</summary>
    [JsonPropertyName("sender")]
    public required string? Sender { get; init; }

    [JsonPropertyName("language")]
    public required string Language { get; init; }

    [JsonPropertyName("subject")]
    public required string? Subject { get; init; }

    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>For who has templates of its own; link is the token alone.</summary>
    [JsonPropertyName("values")]
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    /// <summary>Where the link of the text leads.</summary>
    [JsonPropertyName("url")]
    public required string? Url { get; init; }

    [JsonPropertyName("createdAt")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("expiresAt")]
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The message as UTF-8.</summary>
    public static byte[] Write(RenderedNotice rendered, string? smsSender)
    {
        var notice = rendered.Notice;
        var body = new NoticeBody
        {
            Id = rendered.Row.Id,
            SignerId = notice.SignerId,
            Kind = rendered.Kind,
            Channel = rendered.Channel,
            To = notice.To,
            Sender = notice.Channel == NoticeChannel.Sms ? smsSender : null,
            Language = notice.Language,
            Subject = rendered.Subject,
            Text = rendered.Text,
            Values = notice.Values,
            Url = rendered.Url,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(rendered.Row.CreatedAt),
            ExpiresAt = notice.ExpiresAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null,
        };
        return JsonSerializer.SerializeToUtf8Bytes(body, NoticeJson.Default.NoticeBody);
    }
}
