namespace Appliance.Signing.Provisioning;

/// <summary>A package as it is sold (service-behaviours I1): so many transactions with a certificate of so many years.
/// </summary>
/// <param name="Size">Its name and its transactions.</param>
/// <param name="Years">The validity of the certificate that is sold with it.</param>
public sealed record PackagePlan(int Size, int Years)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<PackagePlan> All { get; } = [new(200, 1), new(400, 2), new(600, 3)];

    /// <summary>The plan with this name, or null.</summary>
    public static PackagePlan? Find(int size) => All.FirstOrDefault(plan => plan.Size == size);
}
