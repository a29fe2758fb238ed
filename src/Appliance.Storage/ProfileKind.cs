namespace Appliance.Storage;

/// <summary>In which capacity a signer signs. The numbers are stored.</summary>
public enum ProfileKind
{
    /// <summary>As a natural person.</summary>
    Person = 0,

    /// <summary>As an employee of an organisation.</summary>
    Employee = 1,

    /// <summary>As an organisation's legal representative.</summary>
    Representative = 2,

    /// <summary>An organisation itself, which seals.</summary>
    Organisation = 3,
}
