using Appliance.Storage;

namespace Appliance.Factors.Notifying;

/// <summary>A message as it goes out.</summary>
/// <param name="Row">Where it waits; its id is the same however often it is sent.</param>
/// <param name="Notice">What it was made of.</param>
/// <param name="Kind">The kind's name.</param>
/// <param name="Channel">The channel's name.</param>
/// <param name="Subject">Of an e-mail; null for others.</param>
/// <param name="Text">Plain text, lines parted by LF.</param>
/// <param name="Url">Where its link leads; null for a message without one.</param>
internal sealed record RenderedNotice(
    NoticeRow Row, Notice Notice, string Kind, string Channel, string? Subject, string Text, string? Url);
