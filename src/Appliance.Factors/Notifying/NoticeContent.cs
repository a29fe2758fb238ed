namespace Appliance.Factors.Notifying;

/// <summary>What of a message is encrypted.</summary>
internal sealed record NoticeContent(
    string To, string Language, IReadOnlyDictionary<string, string> Values, long? ExpiresAt);
