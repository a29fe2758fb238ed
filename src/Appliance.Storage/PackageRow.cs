namespace Appliance.Storage;

/// <summary>Transactions that were paid for, one per signature.</summary>
/// <param name="Id">The package's id.</param>
/// <param name="CredentialId">The credential that draws on it.</param>
/// <param name="State">Whether it can be drawn on.</param>
/// <param name="Total">Transactions granted.</param>
/// <param name="Remaining">Transactions left.</param>
/// <param name="ValidFrom">Unix milliseconds.</param>
/// <param name="ValidUntil">Unix milliseconds; from then on nothing can be drawn.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="Mac">Over everything but state, remaining, told and plan.</param>
public readonly record struct PackageRow(
    Guid Id,
    Guid CredentialId,
    PackageState State,
    int Total,
    int Remaining,
    long ValidFrom,
    long ValidUntil,
    long CreatedAt,
    UInt128 Mac)
{
    /// <summary>What <see cref="Told"/> is while nothing was told.</summary>
    public const int NothingTold = 101;

    /// <summary>The lowest threshold, in per cent, that was told to have been crossed.</summary>
    public int Told { get; init; } = NothingTold;

    /// <summary>The size of the preset that was granted last; 0 for a free count.</summary>
    public int Plan { get; init; }
}
