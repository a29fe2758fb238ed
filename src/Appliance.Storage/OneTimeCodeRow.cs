namespace Appliance.Storage;

/// <summary>The last code that was sent to a signer for a purpose and subject.</summary>
/// <param name="SignerId">The signer.</param>
/// <param name="Purpose">What it is for, as the caller numbers it.</param>
/// <param name="Subject">What it is about; empty for nothing in particular.</param>
/// <param name="Id">The sending; another one for each code.</param>
/// <param name="State">What it is worth.</param>
/// <param name="Tries">Tries that were counted.</param>
/// <param name="SentAt">Unix milliseconds.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
/// <param name="ResendAt">No other code before, Unix milliseconds.</param>
/// <param name="Digest">Keyed digest of the code.</param>
/// <param name="Destination">Where it went, encrypted.</param>
/// <param name="Mac">Over everything else in the row.</param>
public sealed record OneTimeCodeRow(
    Guid SignerId,
    int Purpose,
    Guid Subject,
    Guid Id,
    OneTimeCodeState State,
    int Tries,
    long SentAt,
    long ExpiresAt,
    long ResendAt,
    byte[] Digest,
    byte[] Destination,
    byte[] Mac);
