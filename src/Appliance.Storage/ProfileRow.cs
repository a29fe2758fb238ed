namespace Appliance.Storage;

/// <summary>A capacity in which a signer signs; credentials belong to one.</summary>
/// <param name="Id">The profile's id.</param>
/// <param name="SignerId">Whose profile it is.</param>
/// <param name="Kind">In which capacity.</param>
/// <param name="Name">For people to read.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
public sealed record ProfileRow(Guid Id, Guid SignerId, ProfileKind Kind, string Name, long CreatedAt)
{
    /// <summary>The organisation for which an employee or representative signs; null for none.</summary>
    public Guid? OrganisationId { get; init; }

    /// <summary>Since when it has ended, Unix milliseconds; null while it goes on.</summary>
    public long? EndedAt { get; init; }
}
