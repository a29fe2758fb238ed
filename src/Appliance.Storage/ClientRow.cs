namespace Appliance.Storage;

/// <summary>An application that calls in its own name.</summary>
/// <param name="Id">The client_id.</param>
/// <param name="Name">For people; nobody else has it.</param>
/// <param name="State">Whether it may call.</param>
/// <param name="OrganisationId">The signer row of the organisation that it belongs to; null for none.</param>
/// <param name="Operations">What it may do.</param>
/// <param name="Reach">With which credentials.</param>
/// <param name="Rate">Calls and items a second on each node; 0 for no limit.</param>
/// <param name="Burst">How many at once after a rest; at least 1 where there is a rate.</param>
/// <param name="Concurrency">Calls and items in work at a time on each node; 0 for no limit.</param>
/// <param name="Version">Raised by every change.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="Mac">Over all the rest.</param>
public sealed record ClientRow(
    Guid Id,
    string Name,
    ClientState State,
    Guid? OrganisationId,
    ClientOperations Operations,
    ClientReach Reach,
    int Rate,
    int Burst,
    int Concurrency,
    long Version,
    long CreatedAt,
    byte[] Mac)
{
    /// <summary>What <see cref="TimestampsPerDay"/> is where nothing is said of this client.</summary>
    public const int AsSettingSays = -1;

    /// <summary>
    /// How many time stamps it may have on a day (UTC) on all nodes together; 0 for no limit, and
    /// <see cref="AsSettingSays"/>.
    /// </summary>
    public int TimestampsPerDay { get; init; } = AsSettingSays;
}
