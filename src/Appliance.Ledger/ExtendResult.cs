namespace Appliance.Ledger;

/// <summary>How an extension ended.</summary>
/// <param name="Status">Ok or the reason of the refusal.</param>
/// <param name="ActivationId">The activation from now on: the old one when it was given a longer life only.</param>
/// <param name="Scal">1 or 2: whether it is bound to hashes.</param>
/// <param name="Remaining">Signatures left.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
/// <param name="Added">The hashes that the signer had not authorised.</param>
public readonly record struct ExtendResult(
    ReservationStatus Status,
    Guid ActivationId,
    int Scal,
    int Remaining,
    long ExpiresAt,
    IReadOnlyList<byte[]> Added)
{
    /// <summary>A refusal: nothing has changed.</summary>
    public static ExtendResult Refused(ReservationStatus status) => new(status, Guid.Empty, 0, 0, 0, []);
}
