namespace Appliance.Factors;

/// <summary>A code that is on its way or running.</summary>
/// <param name="Sent">False when an earlier one still forbids another: nothing was sent.</param>
/// <param name="ExpiresAt">When the last one ends, Unix milliseconds; possibly past.</param>
/// <param name="ResendAt">Before that no other is sent, Unix milliseconds.</param>
public readonly record struct CodeSending(bool Sent, long ExpiresAt, long ResendAt);
