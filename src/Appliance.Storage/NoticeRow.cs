namespace Appliance.Storage;

/// <summary>A message to a signer that waits to be delivered.</summary>
/// <param name="Sequence">Its number, chosen by the store; of one signer's that wait, the smaller is the older.</param>
/// <param name="Id">Its id, the same however often it is sent.</param>
/// <param name="SignerId">To whom.</param>
/// <param name="Kind">What it says, as the caller numbers it.</param>
/// <param name="Channel">How it goes, as the caller numbers it.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="NextAttemptAt">Not to be tried before, Unix milliseconds.</param>
/// <param name="Attempts">Tries that failed.</param>
/// <param name="Payload">The rest, encrypted.</param>
public sealed record NoticeRow(
    long Sequence,
    Guid Id,
    Guid SignerId,
    int Kind,
    int Channel,
    long CreatedAt,
    long NextAttemptAt,
    int Attempts,
    byte[] Payload);
