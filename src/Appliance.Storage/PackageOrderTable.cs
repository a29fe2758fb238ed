using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The orders that were granted.</summary>
public sealed class PackageOrderTable
{
    private const string Columns = "order_id, credential_id, package_id, count, created_at";

    private readonly Statement _insert;
    private readonly Statement _find;

    internal PackageOrderTable(SqlSession session)
    {
        _insert = session.Prepare($"INSERT INTO package_order ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5)");
        _find = session.Prepare($"SELECT {Columns} FROM package_order WHERE order_id = ?1");
    }

    /// <summary>Adds an order.</summary>
    /// <exception cref="StoreException">It was granted before (<see cref="StoreFailure.Constraint"/>).</exception>
    public void Insert(PackageOrderRow row) => _insert.Start()
        .Bind(row.OrderId).Bind(row.CredentialId).Bind(row.PackageId).Bind(row.Count).Bind(row.CreatedAt)
        .Execute();

    /// <summary>The order with this id, or null.</summary>
    public PackageOrderRow? Find(string orderId)
    {
        using var rows = _find.Start().Bind(orderId).Rows();
        return rows.Next()
            ? new PackageOrderRow(rows.Text(0), rows.Guid(1), rows.Guid(2), rows.Int32(3), rows.Int64(4))
            : null;
    }
}
